"""Conditions in SQL: parse, check against the allow-list, rebuild."""
