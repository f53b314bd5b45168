"""What AWS has and is asked for: exports, accounts, Cost Explorer queries, cost categories."""
