"""Budgets: read from a file, and compared with what owners pay."""
