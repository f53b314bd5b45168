"""Allocate a month: label keys, split pools, prove, record.

| Stage | File | Tables |
|---|---|---|
| check the rulebooks | `check_rulebooks.py` | |
| open the bills of the month | `runs/ledger_views.py` | `keys`, `costs`, `months` |
| find charges of earlier deliveries | `missing_deliveries.py` | |
| label keys with dimensions and pools | `label_keys.py` | `keys` -> `facts`, `labelled` |
| add up labelled cost | `label_keys.py` | `labelled`, `months`, `costs` -> `rolled` |
| find probable mistakes in values | `doubtful_values.py` | reads `facts`, `labelled`, `rolled` |
| split pools | `split_costs.py` | reads `labelled`, `rolled`, `costs` |
| write the shares | `split_costs.py` | -> `shares_made`, `drivers_made` |
| read the files back, derived = allocated | `allocate.py` | `owned`, `allocations`, `shares` |
| cost of each owner, for the record | `prove_owners.py` | reads `allocations`, `shares` |
| record: the commit | `allocate.py` | |
| prove again, at any time | `prove.py`, `prove_owners.py` | the same, from recorded files |
"""
