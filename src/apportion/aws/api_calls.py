"""Requests to AWS: counted, within a budget, paced and retried; boto3's errors end here."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from io import IOBase
from typing import Any, Protocol, cast

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError

from apportion.model.aws.cost_query import Spent
from apportion.model.errors.base import (
    AwsBusyError,
    AwsError,
    AwsUnreachableError,
    RequestBudgetError,
)

from .errors import PAGES_CHANGED, PagesChangedError, code_of, refusal, sentence, without_answer

#: Error codes of a service that throttles.
_THROTTLED = {
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
ATTEMPTS = 6
_LONGEST_PAUSE = 20


class Client(Protocol):
    """A client that boto3 made, of any service: operations are methods by their Python names."""

    def __getattr__(self, operation: str) -> Callable[..., Mapping[str, Any]]: ...


class Calls:
    """The requests of one client, one after another.

    When AWS throttles, this waits, and pauses before all later requests; the pause shrinks as they
    succeed. A throttled request counts: AWS does not document that it is free. Errors with a code
    in `through` are raised as boto3 raises them, for the caller to handle. `resource` is the
    resource of all the requests, as a policy names it. With `once` only a throttled request is
    sent again: it is unknown what any other failed request did.
    """

    def __init__(
        self,
        client: Client,
        actions: Mapping[str, str],
        *,
        budget: int,
        sleep: Callable[[float], None] = time.sleep,
        through: Collection[str] = (),
        resource: str = "*",
        once: bool = False,
    ) -> None:
        self._client = client
        self.resource = resource
        self._through = through
        self._once = once
        self._actions = actions
        self._budget = budget
        self._sleep = sleep
        self._pause = 0.0
        self.sent = 0

    def send(self, operation: str, parameters: Mapping[str, object]) -> Mapping[str, Any]:
        """Send one request until it is answered; raises AwsError or PagesChangedError."""
        action = self._actions[operation]
        last: Exception | None = None
        for _ in range(ATTEMPTS):
            self._wait()
            _rewind(parameters)
            try:
                answer = getattr(self._client, operation)(**parameters)
            except (ClientError, BotoCoreError) as error:
                last = error
                self._count(cast("Mapping[str, Any]", getattr(error, "response", {})))
                if isinstance(error, ClientError) and code_of(error) in self._through:
                    raise
                if not _worth_another_try(error):
                    raise _mapped(action, error, self.resource) from None
                if self._once and not _throttled(error):
                    break
                self._pause = min(max(2 * self._pause, 1), _LONGEST_PAUSE)
            else:
                self._count(answer)
                self._pause = self._pause / 2 if self._pause > 1 / 4 else 0
                return cast("Mapping[str, Any]", answer)
        assert last is not None
        raise _gave_up(action, last) from None

    def _wait(self) -> None:
        if self.sent >= self._budget:
            raise RequestBudgetError(self._budget, str(Spent(self.sent)))
        if self._pause:
            self._sleep(self._pause)

    def _count(self, answer: Mapping[str, Any]) -> None:
        """Count a request, with those that the client has repeated by itself."""
        self.sent += 1 + int(answer.get("ResponseMetadata", {}).get("RetryAttempts", 0))


def _rewind(parameters: Mapping[str, object]) -> None:
    """Rewind files: the attempt before has read part of them."""
    for value in parameters.values():
        if isinstance(value, IOBase) and value.seekable():
            value.seek(0)


def _worth_another_try(error: Exception) -> bool:
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return _throttled(error) or status >= 500
    return isinstance(error, HTTPClientError | NoConnectionError)


def _throttled(error: Exception) -> bool:
    return isinstance(error, ClientError) and code_of(error) in _THROTTLED


def _mapped(action: str, error: Exception, resource: str) -> Exception:
    if not isinstance(error, ClientError):
        return without_answer(action, error)
    if code_of(error) in PAGES_CHANGED:
        return PagesChangedError(code_of(error))
    return refusal(action, error, resource)


def _gave_up(action: str, error: Exception) -> AwsError:
    if isinstance(error, ClientError):
        return AwsBusyError(action, ATTEMPTS, sentence(error))
    return AwsUnreachableError(action, str(error))
