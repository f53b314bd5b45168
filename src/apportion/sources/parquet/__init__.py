"""Parquet pages and their checksums, read without an engine."""
