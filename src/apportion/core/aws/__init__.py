"""AWS: exports, Cost Explorer, accounts, tag activation, cost categories, roles."""
