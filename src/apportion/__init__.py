"""Apportion gives every cent of a multi-account cloud bill an owner, and proves it."""

__version__ = "0.1.0"
