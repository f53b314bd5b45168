"""Journals for the finance system: export, mark as sent, compare with the general ledger."""
