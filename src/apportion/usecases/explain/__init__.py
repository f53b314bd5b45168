"""Explain a figure: an owner, a pool or a resource, down to the charges and rules."""
