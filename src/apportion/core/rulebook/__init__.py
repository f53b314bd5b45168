"""The rulebook: reading it, and deriving owners from charges by it."""
