"""Values of AWS: exports, accounts, Cost Explorer queries, cost categories."""
