"""Files that a rulebook reads: lookups, drivers, accounts, with their dates."""
