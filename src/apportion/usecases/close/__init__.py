"""Close months, adjust them after the close, and show their history."""
