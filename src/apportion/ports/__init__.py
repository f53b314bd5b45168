"""Interfaces that adapters implement, a file for each subject; `app/` chooses the adapters."""
