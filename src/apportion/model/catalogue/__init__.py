"""The catalogue of finding codes, one file a room.

B bills, R rulebook, D dimensions, S splits, L ledger, P proof.
"""
