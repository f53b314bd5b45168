"""Cost Explorer answers as a bill, and as a cost centre's daily cost."""
