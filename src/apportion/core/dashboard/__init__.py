"""Aggregates of a run for pages, the queries over them, and row-level access."""
