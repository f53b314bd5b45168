"""The totals that a bill's files state, computed by a second implementation."""
