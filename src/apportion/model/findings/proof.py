"""Findings of the proof (P)."""

from __future__ import annotations

from .finding import Code, Severity

DIFFERS = Code(
    "P001",
    Severity.ERROR,
    "Amounts of two stages differ",
    "For each account, currency and cost column, a stage must hold exactly the amount of the "
    "stage before. A difference is a defect in a file, in a mapping or in Apportion. Nothing is "
    "published.",
)
LINES_DIFFER = Code(
    "P002",
    Severity.ERROR,
    "Line counts of two stages differ",
    "Like P001, for the number of lines of the bill.",
)
POOL_UNBALANCED = Code(
    "P003",
    Severity.ERROR,
    "Shares of a pool do not add up to its cost",
    "Every split is a balanced entry. A difference is a defect in Apportion. Nothing is published.",
)
INPUT_CHANGED = Code(
    "P004",
    Severity.ERROR,
    "File differs from the manifest",
    "The manifest holds the SHA-256 of every input of a run. A file with another SHA-256 is not "
    "the same file, so the figures cannot be derived from it.",
)
RECORD_CHANGED = Code(
    "P005",
    Severity.ERROR,
    "Run in the ledger differs from the manifest",
    "A manifest must be identical to what the ledger recorded.",
)
OWNER_CHANGED = Code(
    "P006",
    Severity.ERROR,
    "Published owners differ from the rules",
    "Owners are derived again with the rulebook of the run and compared for each key, because "
    "totals alone do not show exchanged owners. A difference means that a ledger file was "
    "changed after the run, or that this version of Apportion derives owners differently.",
)
MONTH_DIFFERS = Code(
    "P007",
    Severity.ERROR,
    "Month total differs from the sum of its days",
    "The ledger holds the cost of each key for each day and for the month. A difference means "
    "that a ledger file was changed after the run.",
)
EXPIRED = Code(
    "P008",
    Severity.ERROR,
    "Expired run cannot be proved again",
    "`apportion ledger expire` deletes the files of superseded runs and keeps their records. The "
    "totals and hashes of the record can be compared with a manifest, but the amounts cannot be "
    "added up again. To keep a run's files, use `apportion ledger protect` before you share its "
    "manifest.",
)
FILE_DAMAGED = Code(
    "P009",
    Severity.WARNING,
    "Damaged file of an earlier run was replaced",
    "A run record lists its files with their SHA-256. Because a file was missing or changed, the "
    "run was repeated even though the bill and the rules are the same. Earlier runs that use "
    "this file can no longer be shown.",
)
OWNER_TOTAL_CHANGED = Code(
    "P010",
    Severity.ERROR,
    "Owner total differs from the record",
    "The record of an allocation holds each owner's direct and shared cost in each cost column. "
    "A difference means that a ledger file was changed after the run.",
)
SPLIT_CHANGED = Code(
    "P011",
    Severity.ERROR,
    "Shared cost differs from the pools",
    "Pools are split again with the rulebook of the run, and each owner's shares are compared "
    "with the record. A difference means that a ledger file was changed after the run, or that "
    "this version of Apportion splits differently.",
)
DESCRIPTION_DIFFERS = Code(
    "P012",
    Severity.ERROR,
    "Description of a line differs between two readings",
    "Lines of a delivery are read again from the files without the engine, and described by a "
    "second implementation. The ledger must describe their charges alike, because rules find "
    "owners by descriptions. A difference is a defect in the engine, in a mapping or in Apportion. "
    "Nothing is ingested.",
)
OTHER_VERSION = Code(
    "P013",
    Severity.ERROR,
    "Allocation of another version",
    "The month was allocated by a version of Apportion that wrote allocations in another way. This "
    "version cannot compare its rows, so `prove`, `review` and `workbook` stop. Other reports show "
    "the recorded figures.",
)
MANIFEST_FILE_CHANGED = Code(
    "P014",
    Severity.WARNING,
    "Manifest file is missing or was changed",
    "Each allocation has a file in `proofs` beside the ledger, for auditors and for `prove "
    "--manifest`. The ledger has the same record, so the month is proved without the file. "
    "Allocating again writes the file of the newest run.",
)
ALL = (
    DIFFERS,
    LINES_DIFFER,
    POOL_UNBALANCED,
    INPUT_CHANGED,
    RECORD_CHANGED,
    OWNER_CHANGED,
    MONTH_DIFFERS,
    EXPIRED,
    FILE_DAMAGED,
    OWNER_TOTAL_CHANGED,
    SPLIT_CHANGED,
    DESCRIPTION_DIFFERS,
    OTHER_VERSION,
    MANIFEST_FILE_CHANGED,
)
