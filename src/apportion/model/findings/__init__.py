"""The catalogue of finding codes, one file for each area.

B bills, C Cost Explorer, R rulebook, D dimensions, S splits, L ledger, P proof, I invoices,
J journals, K close, F budgets, N estimates, T tags.
"""
