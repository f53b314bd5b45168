"""The close of a month, from the decisions that the ledger records."""
