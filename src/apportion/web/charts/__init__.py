"""Charts: figures from rows, and nothing else. They know no request and no file."""
