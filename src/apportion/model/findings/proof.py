"""Findings of the proof: two stages that do not hold the same money."""

from __future__ import annotations

from .finding import Code, Severity

DIFFERS = Code(
    "P001",
    Severity.ERROR,
    "Two stages do not hold the same money",
    "Each stage of a run must hold, for each account, currency and cost column, exactly what the "
    "stage before it held. A difference is a defect in a file, in a mapping or in Apportion. "
    "Nothing is published.",
)
LINES_DIFFER = Code(
    "P002",
    Severity.ERROR,
    "Two stages do not hold the same number of lines",
    "As P001, for the count of the bill's lines.",
)
POOL_UNBALANCED = Code(
    "P003",
    Severity.ERROR,
    "A pool's shares do not add up to what it held",
    "Each split is a balanced entry. A difference is a defect in Apportion. Nothing is published.",
)
INPUT_CHANGED = Code(
    "P004",
    Severity.ERROR,
    "A file is not the one that the manifest names",
    "The manifest keeps the sha256 of all that went into a run. A file that hashes differently is "
    "another file, so the figures cannot be derived from it.",
)
RECORD_CHANGED = Code(
    "P005",
    Severity.ERROR,
    "The ledger does not hold the run that the manifest tells of",
    "A manifest that was handed out must be, word for word, what the ledger recorded.",
)
OWNER_CHANGED = Code(
    "P006",
    Severity.ERROR,
    "The published allocation names other owners than its rules do",
    "Sums alone do not show that two owners were exchanged. So the owners are derived again by the "
    "rulebook that was in force, and compared key by key. A difference means that a file of the "
    "ledger was changed after the run, or that this version of Apportion derives otherwise.",
)
MONTH_DIFFERS = Code(
    "P007",
    Severity.ERROR,
    "What a kind of charge cost in the month is not what its days add up to",
    "The ledger keeps what each key cost a day, and in the month, so that a month is told without "
    "reading its days. A difference means that a file of the ledger was changed after the run.",
)
EXPIRED = Code(
    "P008",
    Severity.ERROR,
    "The files of a run were expired, so it cannot be proved again",
    "`apportion ledger expire` removes the files of superseded runs and keeps their records. The "
    "record's totals and hashes can still be compared with a manifest; nothing can be added up "
    "again. Protect a run before you hand its manifest out: `apportion ledger protect`.",
)
FILE_DAMAGED = Code(
    "P009",
    Severity.WARNING,
    "A file of an earlier run was damaged, and what it held is written anew",
    "The record of a run names its files with their sha256. The same bill or the same rules change "
    "nothing while these files are whole; where one is missing or another, the run is made again. "
    "Earlier runs that read the file cannot be shown any more.",
)
OWNER_TOTAL_CHANGED = Code(
    "P010",
    Severity.ERROR,
    "An owner does not pay what the run recorded",
    "The record of an allocation holds what each owner pays, by itself and through pools, in each "
    "cost column. Another sum means that a file of the ledger was changed after the run.",
)
SPLIT_CHANGED = Code(
    "P011",
    Severity.ERROR,
    "What owners got of pools is not what the pools give",
    "Pools are split again by the rulebook that was in force, and each owner's shares, and the "
    "arrows of the split, compared with those that were recorded. A difference means that a file "
    "of the ledger was changed after the run, or that this version of Apportion splits otherwise.",
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
)
