"""Take a bill into the ledger: read, verify, compare totals, record."""
