"""Ingest a bill: verify, split into keys and costs, compare totals, record.

| Stage | File | Tables |
|---|---|---|
| download an export, or query Cost Explorer | `ingest_export.py`, `ingest_cost_explorer.py` | |
| choose the bill that a delivery belongs to | `choose_bill.py` | |
| check formats, duplicates, times and tags | `delivery_checks.py` | reads `bill`, `lines` |
| read every line once; daily cost of each key | `ingest.py` | `bill` -> `lines`, `costs` |
| add up the period | `ingest.py` | `costs` -> `months` |
| describe new keys | `describe_keys.py` | `months`, `known`, `bill` -> `keys` |
| compare totals, stated = ledger | `ingest.py` | reads `keys`, `months` |
| join with an earlier part | `together.py` | earlier and new `costs` -> `costs` |
| compare with the replaced delivery | `replace_delivery.py`, `completeness.py` | `keys`, `costs` |
| record: the commit | `ingest.py` | |
"""
