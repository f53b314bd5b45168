"""Use cases against AWS: accounts, exports, cost categories, Cost Explorer, tag activation."""
