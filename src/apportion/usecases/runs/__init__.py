"""Open recorded runs: their rules, tables, totals and history."""
