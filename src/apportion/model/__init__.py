"""Frozen values with no behaviour beyond their own invariants. They import no other layer."""
