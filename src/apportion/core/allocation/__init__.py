"""Shared cost: pools, what they are split by, and who finally pays."""
