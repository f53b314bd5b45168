"""Tags at the source: coverage, check, scan, fix, generate, validate."""
