"""Operations that failed: one class each, by subject; `base.py` draws the tree."""
