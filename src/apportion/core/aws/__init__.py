"""What clouds say and are told: exports, Cost Explorer, accounts, tag keys, categories, roles."""
