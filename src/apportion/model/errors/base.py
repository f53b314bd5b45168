"""Operations that failed. One class for each failure; each builds its own sentence.

Errors of one area are in the files next to this one.

ApportionError
├── WrongUseError (exit code 2)
│   ├── SettingsError          apportion.toml cannot be used
│   │   ├── NoSettingsError    no apportion.toml here or above
│   │   └── WrongSettingsError a setting or an environment variable is wrong
│   ├── BinaryToTerminalError  binary output to a terminal
│   ├── UnknownEndingError     unknown file extension
│   ├── FilesExistError        an output file exists already
│   ├── NotAPlaceError         not an S3 address
│   ├── NotAPeriodError        not a period
│   ├── NothingToExplainError  nothing to explain was named
│   ├── NoSuchSectionError     a review has no such table, or one must be named
│   ├── OwnersDifferError      two allocations have different owner dimensions
│   ├── NoRulebookError        no rulebook is in force for the period
│   ├── UnreadableManifestError not a manifest
│   ├── UnknownColumnError     unknown report column
│   ├── CostQueryError         invalid Cost Explorer request
│   ├── PolicyNamesError       missing or invalid names for a policy
│   ├── NotConfirmedError      changes in AWS need --yes
│   ├── NoBoto3Error           the `aws` extra is not installed
│   └── NothingThereError      not in the ledger: a period, bill, owner or run
├── FindingsError (exit code 1) findings of severity error: nothing was published
└── OperationError (exit code 3)
    ├── AwsError               a request to AWS failed
    │   ├── AwsDeniedError         permission denied
    │   ├── AwsCredentialsError    no valid credentials
    │   ├── AwsBusyError           throttling or repeated server errors
    │   ├── AwsUnreachableError    no connection
    │   ├── AwsRefusedError        any other error answer
    │   └── RequestBudgetError     the request budget is used up
    ├── EngineError            the engine failed or ran out of memory or disk
    ├── KeyCollisionError      two descriptions of charges have the same hash
    ├── LedgerBusyError        another process holds the ledger
    ├── LedgerDamagedError     a ledger file is missing or changed
    ├── LedgerRefusesError     a file does not fit the table it was written for
    └── NotWhatWasProvedError  an allocation differs from its proof
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from apportion.model.findings.finding import Finding
from apportion.model.wording import plural


class ApportionError(Exception):
    """The base class of all errors. `exit_code` is the exit code of the command."""

    exit_code = 3


class WrongUseError(ApportionError):
    """The command, its arguments or its settings are wrong; nothing was done."""

    exit_code = 2


class SettingsError(WrongUseError):
    """The settings cannot be used."""


class NoSettingsError(SettingsError):
    """No apportion.toml was found."""

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"There is no apportion.toml in {folder} or any folder above it. "
            "Create one with `apportion init`, name one with --settings FILE, "
            "or try the product with `apportion demo`."
        )


class WrongSettingsError(SettingsError):
    """Wrong settings; each problem is a sentence that begins with its place."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("The settings cannot be used.\n" + "\n".join(problems))


class BinaryToTerminalError(WrongUseError):
    """Binary output would go to a terminal."""

    def __init__(self, form: str) -> None:
        super().__init__(
            f"A terminal cannot show {form}. Write it to a file with --to report.{form}, "
            "or pipe it."
        )


class UnknownEndingError(WrongUseError):
    """The extension of an output file is not a supported format."""

    def __init__(self, path: str, ending: str, known: Sequence[str]) -> None:
        super().__init__(
            f"{path}: {ending} is not supported. Use one of {', '.join(known)}, "
            "or choose a format with --output."
        )


class FilesExistError(WrongUseError):
    """An output file exists already."""

    def __init__(self, folder: str, files: Sequence[str]) -> None:
        them = "them" if len(files) > 1 else "it"
        super().__init__(
            f"{folder} contains {', '.join(files)} already; files are not overwritten. "
            f"Name another folder, or move {them} away."
        )


class NotAPlaceError(WrongUseError):
    """Not an S3 address."""

    def __init__(self, written: str) -> None:
        super().__init__(f"Expected an S3 address like s3://bucket/prefix, found {written!r}.")


class NotAPeriodError(WrongUseError):
    """Not a period."""

    def __init__(self, written: str) -> None:
        super().__init__(
            "A period is written as latest, last-month, a range like 2026-07..2026-09 or a month "
            f"like 2026-09; found {written!r}."
        )


class NothingToExplainError(WrongUseError):
    """No owner, pool or resource was named, or more than one."""

    def __init__(self) -> None:
        super().__init__(
            "Name one thing to explain: an owner (apportion explain FIN-100), --pool NAME or "
            "--resource ID."
        )


class NoSuchSectionError(WrongUseError):
    """A review has no table of this name; empty means that no table was named."""

    def __init__(self, section: str, have: Sequence[str]) -> None:
        known = ", ".join(have)
        super().__init__(
            f"A review has no table {section!r}; it has {known}."
            if section
            else f"A review has several tables, and this format holds one. Name it with --section "
            f"({known})."
        )


class OwnersDifferError(WrongUseError):
    """Two allocations have different owner dimensions."""

    def __init__(self, before: str, after: str) -> None:
        super().__init__(
            f"The owner dimension is {before} in one allocation and {after} in the other, so their "
            "owners cannot be compared. Compare runs with the same owner dimension."
        )


class NoRulebookError(WrongUseError):
    """No rulebook applies to a period."""

    def __init__(self, period: str, folder: str, have: Sequence[str]) -> None:
        known = f"found {', '.join(have)}" if have else "found none"
        super().__init__(
            f"No rulebook in {folder} applies to {period} ({known}). "
            f"Add {folder}/{period}.yaml, or set `effective:` of the first one to an earlier month."
        )


class NothingThereError(WrongUseError):
    """Not in the ledger."""

    def __init__(self, wanted: str, have: Sequence[str], remedy: str = "") -> None:
        sentences = [f"The ledger has no {wanted}."]
        sentences += [f"Available: {', '.join(have)}."] if have else []
        super().__init__(" ".join([*sentences, *([remedy] if remedy else [])]))


class UnreadableManifestError(WrongUseError):
    """Not a manifest."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            f"{path} is not a manifest: expected the JSON that `apportion allocate` writes ({why})."
        )


class UnknownColumnError(WrongUseError):
    """A report has no such column to group or filter by."""

    def __init__(self, wanted: str, known: Sequence[str], near: str) -> None:
        guess = f" Did you mean {near}?" if near else ""
        super().__init__(f"There is no column {wanted!r}.{guess} Columns: {', '.join(known)}.")


class CostQueryError(WrongUseError):
    """invalid Cost Explorer request; nothing was sent."""

    def __init__(self, subject: str, expected: str, found: str, remedy: str = "") -> None:
        super().__init__(f"{subject}: expected {expected}, found {found}. {remedy}".rstrip())


class PolicyNamesError(WrongUseError):
    """A policy needs more names, or has names that IAM would read as patterns."""

    def __init__(self, role: str, missing: Sequence[str], odd: Mapping[str, str]) -> None:
        options = " ".join(f"--{name.replace('_', '-')}" for name in missing)
        problems = [f"The policy of {role} needs {options}."] if missing else []
        problems += [
            f"--{name.replace('_', '-')}: expected a plain name, without * ? $ and spaces, "
            f"found {value!r}."
            for name, value in odd.items()
        ]
        super().__init__("\n".join(problems))


class NotConfirmedError(WrongUseError):
    """Changes in AWS need --yes."""

    def __init__(self, calls: int) -> None:
        super().__init__(
            f"Nothing was changed: {plural(calls, 'call')} would be made. "
            "Read them with `plan`, then repeat the command with --yes."
        )


class NoBoto3Error(WrongUseError):
    """The `aws` extra is not installed."""

    def __init__(self) -> None:
        super().__init__("This command needs boto3. Install it with pip install 'apportion[aws]'.")


class FindingsError(ApportionError):
    """Findings of severity error; nothing was published.

    If months are processed one by one, `published` are the months done before.
    """

    exit_code = 1

    def __init__(self, findings: Sequence[Finding], *, published: Sequence[str] = ()) -> None:
        self.findings = tuple(findings)
        self.published = tuple(published)
        super().__init__("\n".join(map(str, findings)))


class OperationError(ApportionError):
    """An operation failed; the earlier state is unchanged."""


class AwsError(OperationError):
    """A request to AWS failed."""


class AwsDeniedError(AwsError):
    """Permission denied. `message` is the message from AWS, which names the kind of policy."""

    def __init__(self, action: str, caller: str, message: str, resource: str = "*") -> None:
        statement = f'{{"Effect": "Allow", "Action": "{action}", "Resource": "{resource}"}}'
        remedy = (
            "A policy denies it explicitly; another permission does not help. Change that policy."
            if "explicit deny" in message
            else f"Add this statement to a policy of that identity: {statement}."
        )
        on = f" on {resource}" if resource != "*" else ""
        super().__init__(
            f"{caller} may not call {action}{on}. {remedy} Message from AWS: {message.rstrip('.')}."
        )


class AwsCredentialsError(AwsError):
    """There are no valid credentials."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(f"{why}. {remedy}")


class AwsBusyError(AwsError):
    """AWS throttled, or failed repeatedly."""

    def __init__(self, action: str, attempts: int, message: str) -> None:
        super().__init__(
            f"{action} failed {attempts} times: {message.rstrip('.')}. Try again in a few minutes."
        )


class AwsUnreachableError(AwsError):
    """No connection to AWS."""

    def __init__(self, action: str, message: str) -> None:
        super().__init__(
            f"No answer to {action}: {message.rstrip('.')}. Check the network and proxy."
        )


class AwsRefusedError(AwsError):
    """Any other error answer, or an answer that cannot be read."""

    def __init__(self, action: str, code: str, message: str, remedy: str = "") -> None:
        super().__init__(
            f"AWS rejected {action} ({code}): {message.rstrip('.')}. {remedy}".rstrip()
        )


class RequestBudgetError(AwsError):
    """The request budget is used up; the next request was not sent."""

    def __init__(self, budget: int, spent: str) -> None:
        super().__init__(
            f"The next request would exceed the budget of {budget}; {spent} so far. "
            "Request fewer days or names, or raise the limit with --max-requests."
        )


class EngineError(OperationError):
    """The engine failed: memory, disk, or a file it cannot read."""

    def __init__(self, message: str) -> None:
        super().__init__(
            f"The engine failed: {message.strip().splitlines()[0].rstrip('.')}. "
            "Nothing was published; the earlier state is unchanged."
        )


class LedgerBusyError(OperationError):
    """Another process is writing to the ledger."""

    def __init__(self, folder: str, holder: str, waited: str) -> None:
        super().__init__(
            f"The ledger {folder} is held by {holder}; waited {waited}. "
            "Try again when it is done, or wait longer with --wait SECONDS."
        )


class KeyCollisionError(OperationError):
    """Two descriptions of charges have the same 63-bit hash; their money would be mixed up."""

    def __init__(self, count: int) -> None:
        super().__init__(
            f"{count} descriptions of charges have the hash of another one (expected once in "
            "millions of bills). Nothing was ingested. Ingest the bill under another --bill name, "
            "which changes every hash, and please report this."
        )


#: The remedy for a damaged ledger file if no better one is known.
RESTORE = "Restore it from a backup, or ingest the period again."


class LedgerDamagedError(OperationError):
    """A ledger file is missing or changed."""

    def __init__(
        self,
        path: str,
        expected: str,
        found: str,
        remedy: str = RESTORE,
    ) -> None:
        self.path, self.expected, self.found = path, expected, found
        super().__init__(
            f"The ledger's file {path} is damaged: expected {expected}, found {found}. {remedy}"
        )


class NotWhatWasProvedError(OperationError):
    """An allocation, read back, has another total than its proof."""

    def __init__(self, period: str, run: str, expected: str, found: str) -> None:
        super().__init__(
            f"The allocation of {period} (run {run}) differs from its proof: expected {expected}, "
            f"found {found}. A ledger file was changed; `apportion prove` shows where. "
            "Restore it from a backup, or ingest and allocate the period again."
        )


class LedgerRefusesError(OperationError):
    """A file does not match its table; the earlier state is unchanged."""

    def __init__(self, table: str, file: str, expected: str, found: str) -> None:
        super().__init__(
            f"{file} does not match the ledger table {table}: expected {expected}, found {found}."
        )
