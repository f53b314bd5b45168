"""Composition root: chooses the adapters; the library's facade is `workspace.py`."""
