"""Estimates of what days cost when their bill is complete."""
