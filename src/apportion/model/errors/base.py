"""Operations that failed. One class for each failure; each builds its own sentence.

Rooms with many of their own keep them beside this file: `export_errors`, `file_errors`, ….

ApportionError
├── WrongUseError (exit code 2)
│   ├── SettingsError          apportion.toml cannot be used
│   │   ├── NoSettingsError    there is none here or above
│   │   └── WrongSettingsError something in it, or in the environment, is wrong
│   ├── BinaryToTerminalError  a binary form was asked for on a terminal
│   ├── UnknownEndingError     a file's ending names no form
│   ├── FilesExistError        a file that would be written is there already
│   ├── NotAPlaceError         a place in S3 is not written as one
│   ├── NotAPeriodError        a period is not written as one
│   ├── NothingToExplainError  it is not said what to explain
│   ├── NoSuchSectionError     a review has no table of that name, or one must be picked
│   ├── OwnersDifferError      two allocations give cost to other dimensions
│   ├── NoRulebookError        no rulebook is in force for the period
│   ├── UnreadableManifestError a file that is no manifest
│   ├── UnknownColumnError     a report has no column of that name
│   ├── CostQueryError         Cost Explorer cannot be asked in this way
│   ├── PolicyNamesError       a policy cannot be made of the names that were given
│   ├── NotConfirmedError      nothing is changed in AWS without --yes
│   ├── NoBoto3Error           the extra that AWS needs is not installed
│   └── NothingThereError      a period, bill, owner or run that the ledger does not hold
├── FindingsError (exit code 1) findings that fail: nothing was published
└── OperationError (exit code 3)
    ├── AwsError               AWS did not do what it was asked
    │   ├── AwsDeniedError         the caller may not
    │   ├── AwsCredentialsError    there are no credentials, or AWS does not take them
    │   ├── AwsBusyError           it throttled or failed again and again
    │   ├── AwsUnreachableError    no answer came
    │   ├── AwsRefusedError        anything else that it said
    │   └── RequestBudgetError     the next request would be one more than allowed
    ├── EngineError            the engine refused or ran out of something
    ├── KeyCollisionError      two descriptions of charges have one hash
    ├── LedgerBusyError        another process holds the ledger
    ├── LedgerDamagedError     a file of the ledger is missing or not what was written
    ├── LedgerRefusesError     a file does not fit the table it was written for
    └── NotWhatWasProvedError  an allocation does not add up to what its proof says
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from apportion.model.findings.finding import Finding


class ApportionError(Exception):
    """The root: everything we raise on purpose. `exit_code` is what the command ends with."""

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
            "Start one with `apportion init`, name one with --settings FILE, "
            "or see everything at work with `apportion demo`."
        )


class WrongSettingsError(SettingsError):
    """Something in the settings is wrong; each problem is a sentence that begins with its place."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("The settings cannot be used.\n" + "\n".join(problems))


class BinaryToTerminalError(WrongUseError):
    """A binary form was asked for where a person would see it."""

    def __init__(self, form: str) -> None:
        super().__init__(
            f"A terminal cannot show {form}: send it to a file with --to report.{form}, "
            "or into a pipe."
        )


class UnknownEndingError(WrongUseError):
    """Rows would go into a file whose ending promises a form that we do not write."""

    def __init__(self, path: str, ending: str, known: Sequence[str]) -> None:
        super().__init__(
            f"{path}: we do not write {ending}. Endings are {', '.join(known)}; "
            "or choose a form with --output."
        )


class FilesExistError(WrongUseError):
    """A file that would be written is there already."""

    def __init__(self, folder: str, files: Sequence[str]) -> None:
        them = "them" if len(files) > 1 else "it"
        super().__init__(
            f"{folder} has {', '.join(files)} already, and nothing is overwritten. "
            f"Name another folder, or move {them} away."
        )


class NotAPlaceError(WrongUseError):
    """A place in S3 is not written as one."""

    def __init__(self, written: str) -> None:
        super().__init__(f"A place in S3 is written s3://bucket/prefix; found {written!r}.")


class NotAPeriodError(WrongUseError):
    """A period is not written as one."""

    def __init__(self, written: str) -> None:
        super().__init__(
            "A period is written latest, last-month, as a range 2026-07..2026-09 or as a month "
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
    """A review has no table of this name; an empty one means that one must be picked."""

    def __init__(self, section: str, have: Sequence[str]) -> None:
        known = ", ".join(have)
        super().__init__(
            f"A review has no table {section!r}; it has {known}."
            if section
            else f"A review has several tables, and such a file holds one: pick it with --section "
            f"({known})."
        )


class OwnersDifferError(WrongUseError):
    """Two allocations give their cost to owners of different dimensions."""

    def __init__(self, before: str, after: str) -> None:
        super().__init__(
            f"One allocation gives cost to {before}, the other to {after}, so their owners cannot "
            "be laid side by side. Compare runs whose rulebooks have the same owner dimension."
        )


class NoRulebookError(WrongUseError):
    """No rulebook is in force for a period."""

    def __init__(self, period: str, folder: str, have: Sequence[str]) -> None:
        known = f"it holds {', '.join(have)}" if have else "it is empty"
        super().__init__(
            f"No rulebook in {folder} is in force for {period} ({known}). "
            f"Add {folder}/{period}.yaml, or set `effective:` of the first one to an earlier month."
        )


class NothingThereError(WrongUseError):
    """The ledger does not hold what was asked for."""

    def __init__(self, wanted: str, have: Sequence[str], remedy: str = "") -> None:
        known = f"It holds {', '.join(have)}." if have else "It holds nothing of that kind yet."
        super().__init__(f"The ledger has no {wanted}. {known} {remedy}".rstrip())


class UnreadableManifestError(WrongUseError):
    """A file given as a manifest is none."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            f"{path} is not a manifest: expected the JSON that `apportion allocate` writes, "
            f"found otherwise ({why})."
        )


class UnknownColumnError(WrongUseError):
    """A report cannot be grouped or filtered by something that it does not have."""

    def __init__(self, wanted: str, known: Sequence[str], near: str) -> None:
        guess = f" Did you mean {near}?" if near else ""
        super().__init__(f"There is no column {wanted!r}.{guess} There are {', '.join(known)}.")


class CostQueryError(WrongUseError):
    """Cost Explorer cannot be asked in this way; nothing was sent."""

    def __init__(self, subject: str, expected: str, found: str, remedy: str = "") -> None:
        super().__init__(f"{subject}: expected {expected}, found {found}. {remedy}".rstrip())


class PolicyNamesError(WrongUseError):
    """A policy lacks names of what it is about, or has names that IAM would read as patterns."""

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
    """Nothing is changed in AWS without a word of consent."""

    def __init__(self, calls: int) -> None:
        super().__init__(
            f"Nothing was changed: {calls} {'calls' if calls != 1 else 'call'} would be made. "
            "Read them with `plan`, then repeat the command with --yes."
        )


class NoBoto3Error(WrongUseError):
    """What AWS needs is an extra of the package, and is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "AWS is reached through boto3: install it with pip install 'apportion[aws]'."
        )


class FindingsError(ApportionError):
    """Something in the data or rules must be put right first; nothing was published.

    Where months are worked on one by one, `published` are those that stand already.
    """

    exit_code = 1

    def __init__(self, findings: Sequence[Finding], *, published: Sequence[str] = ()) -> None:
        self.findings = tuple(findings)
        self.published = tuple(published)
        super().__init__("\n".join(map(str, findings)))


class OperationError(ApportionError):
    """Something outside failed while we worked; the old state stands."""


class AwsError(OperationError):
    """AWS did not do what it was asked."""


class AwsDeniedError(AwsError):
    """The caller may not. `said` is AWS's own sentence, which tells of boundaries and policies."""

    def __init__(self, action: str, caller: str, said: str, resource: str = "*") -> None:
        statement = f'{{"Effect": "Allow", "Action": "{action}", "Resource": "{resource}"}}'
        remedy = (
            "A policy denies it outright, which no further permission lifts: it has to change."
            if "explicit deny" in said
            else f"Add this statement to a policy of that identity: {statement}."
        )
        on = f" on {resource}" if resource != "*" else ""
        super().__init__(
            f"{caller} may not call {action}{on}. {remedy} AWS said: {said.rstrip('.')}."
        )


class AwsCredentialsError(AwsError):
    """There are no credentials, or AWS does not take them."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(f"{why}. {remedy}")


class AwsBusyError(AwsError):
    """AWS throttled or failed again and again."""

    def __init__(self, action: str, attempts: int, said: str) -> None:
        super().__init__(
            f"{action} was tried {attempts} times, and AWS could not answer: {said.rstrip('.')}. "
            "Try again in some minutes."
        )


class AwsUnreachableError(AwsError):
    """No answer came."""

    def __init__(self, action: str, said: str) -> None:
        super().__init__(f"No answer to {action}: {said.rstrip('.')}. Check the network and proxy.")


class AwsRefusedError(AwsError):
    """Anything else that AWS said, or an answer that cannot be read."""

    def __init__(self, action: str, code: str, said: str, remedy: str = "") -> None:
        super().__init__(f"AWS refused {action} ({code}): {said.rstrip('.')}. {remedy}".rstrip())


class RequestBudgetError(AwsError):
    """The next request would be one more than allowed; it was not sent."""

    def __init__(self, budget: int, spent: str) -> None:
        super().__init__(
            f"The next request would exceed the budget of {budget}; {spent} so far. "
            "Ask for fewer days or names, or allow more with --max-requests."
        )


class EngineError(OperationError):
    """The engine could not do its work: memory, disk, or a file it cannot read."""

    def __init__(self, said: str) -> None:
        super().__init__(
            f"The engine failed: {said.strip().splitlines()[0].rstrip('.')}. "
            "Nothing was published; the old state stands."
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
            f"{count} descriptions of charges share a hash with another one (expected once in "
            "millions of bills). Nothing was taken in. Ingest the bill under another --bill name, "
            "which changes every hash, and please report it."
        )


#: What to do where nothing better is known of a damaged file of the ledger.
RESTORE = "Restore it from a copy, or ingest the period again."


class LedgerDamagedError(OperationError):
    """A file that the ledger refers to is missing or not what was written."""

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
    """What is read back from an allocation is another sum than the one that was proved."""

    def __init__(self, period: str, run: str, expected: str, found: str) -> None:
        super().__init__(
            f"The allocation of {period} (run {run}) is not what was proved: expected {expected}, "
            f"found {found}. A file of the ledger was changed; `apportion prove` says where. "
            "Restore it from a copy, or ingest and allocate the period again."
        )


class LedgerRefusesError(OperationError):
    """A file does not fit the table it was written for; the old state stands."""

    def __init__(self, table: str, file: str, expected: str, found: str) -> None:
        super().__init__(
            f"The ledger's table {table} does not take in {file}: "
            f"expected {expected}, found {found}."
        )
