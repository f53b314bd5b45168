"""Use cases: the only layer that combines decisions (`core`) with adapters (`ports`).

The two pipelines are `ingest` (a bill into the ledger) and `allocate` (an owner for each charge);
their packages list the stages. `runs` opens what they recorded; the other packages read it:
`explain`, `reports`, `publish`, `dashboard`, `retention`. `tags` and `aws` work on accounts in AWS.
"""
