"""Estimates of the final cost of days that are not billed completely yet."""
