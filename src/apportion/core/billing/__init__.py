"""Bills as charges: from raw columns to FOCUS, and to a star of keys and costs."""
