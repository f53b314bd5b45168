"""Nouns. Frozen values with no behaviour beyond their own invariants; import nothing of ours."""
