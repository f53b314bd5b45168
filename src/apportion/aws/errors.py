"""Maps errors of AWS and boto3 to sentences with the action, the caller and the remedy."""

from __future__ import annotations

import re

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from apportion.model.errors.base import (
    AwsCredentialsError,
    AwsDeniedError,
    AwsError,
    AwsRefusedError,
)

PAGES_CHANGED = {"InvalidNextTokenException", "RequestChangedException"}

_DENIED = {
    *("AccessDenied", "AccessDeniedException", "AllAccessDisabled", "UnauthorizedOperation"),
    *("403", "Forbidden"),  # the error of a HEAD request, which has no message
}
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"}
_NOT_TAKEN = {
    "InvalidAccessKeyId",
    "InvalidToken",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_SIGN_IN = "Sign in again (`aws sso login`, or fresh keys) and repeat the command."
_CLOCK = re.compile(r"signature (?:expired|not yet current)|skew", re.IGNORECASE)
_NOT_ENABLED = re.compile(r"not enabled for cost explorer", re.IGNORECASE)
_CALLER = re.compile(r"User: (\S+) is not authorized")
#: The message of a service whose call needs a permission for another action.
_WHAT = re.compile(r"not authorized to perform: ([\w-]+:\w+)(?: on resource: \"?([^\s\"]+)\"?)?")
_REMEDIES = {
    "DataUnavailableException": "Costs of single resources and hourly costs exist only after "
    "they are enabled in Cost Explorer's settings, and for the last 14 days.",
    "AWSOrganizationsNotInUseException": "This account is in no organisation. Import its accounts "
    "from a file instead: `apportion aws accounts import FILE`.",
    "BillExpirationException": "Choose a later start: Cost Explorer keeps thirteen months of "
    "daily data.",
}


class PagesChangedError(Exception):
    """The token of the next page is not valid any more: the answer has to be read again."""


def code_of(error: ClientError) -> str:
    """Read AWS's code of an error."""
    return str(error.response.get("Error", {}).get("Code", ""))


def sentence(error: ClientError) -> str:
    """Read the first line of AWS's message: later ones repeat parts of the request."""
    message = str(error.response.get("Error", {}).get("Message", "")).strip()
    return message.splitlines()[0][:500] if message else code_of(error)


def refusal(action: str, error: ClientError, resource: str = "*") -> AwsError:
    """Make an error from what AWS refused, with a remedy. `resource` is that of the call."""
    code, message = code_of(error), sentence(error)
    if _NOT_ENABLED.search(message):
        remedy = (
            "Open Cost Explorer once in the console of the payer account and, for member accounts, "
            "allow access there; the first figures take a day."
        )
        return AwsRefusedError(action, code, message, remedy)
    if code in _DENIED:
        return _denied(action, message, resource)
    if code in _EXPIRED:
        return AwsCredentialsError("The AWS credentials have expired", _SIGN_IN)
    if code in _NOT_TAKEN:
        return _not_taken(code, message)
    return AwsRefusedError(action, code, message, _REMEDIES.get(code, ""))


def _denied(action: str, message: str, resource: str) -> AwsDeniedError:
    caller, what = _CALLER.search(message), _WHAT.search(message)
    if what and what[1] != action:  # kms:Decrypt, where an object is encrypted
        action, resource = what[1], what[2] or "*"
    return AwsDeniedError(action, caller[1] if caller else "The caller", message, resource)


def without_answer(action: str, error: Exception) -> AwsError:
    """Make an error for a request that was not sent or got no response."""
    if isinstance(error, ProfileNotFound):
        return AwsCredentialsError(
            str(error).rstrip("."),
            "Profiles are in ~/.aws/config; list them with `aws configure list-profiles`.",
        )
    if isinstance(error, NoCredentialsError):
        return AwsCredentialsError(
            "There are no AWS credentials",
            "Name a profile with --profile, or set AWS_PROFILE or the keys in the environment.",
        )
    signed_out = (
        CredentialRetrievalError,
        NoAuthTokenError,
        PartialCredentialsError,
        SSOError,
        TokenRetrievalError,
    )
    if isinstance(error, signed_out):
        return AwsCredentialsError(f"The AWS credentials cannot be used: {_line(error)}", _SIGN_IN)
    assert isinstance(error, BotoCoreError)
    return AwsRefusedError(action, type(error).__name__, _line(error))


def _not_taken(code: str, message: str) -> AwsError:
    if code in {"RequestExpired", "RequestTimeTooSkewed"} or _CLOCK.search(message):
        return AwsCredentialsError(
            "AWS does not accept the time of the request",
            "Set this machine's clock; it may be wrong by at most five minutes.",
        )
    return AwsCredentialsError(f"AWS does not accept the credentials ({code})", _SIGN_IN)


def _line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")
