"""Conditions in SQL: nothing of a user's text goes through that is not rebuilt from allowed parts.

1. refuse several statements, comments and deep nesting; parse  `parse.py`
2. walk the tree, and rebuild it from allowed parts             `rebuild.py`, `tree_checks.py`
3. check columns, functions and literals on the way             `columns.py`, `functions.py`,
   `literals.py`; names of the CUR in `column_aliases.py`
"""
