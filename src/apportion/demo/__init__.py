"""A generated organisation and its bills."""
