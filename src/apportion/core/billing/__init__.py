"""Bills as charges: from raw columns to FOCUS columns, and to keys and costs in the ledger.

The stages of an ingest, in order, with the file of each:

1. apply the format's mapping file to the bill's columns  `mapping.py`
2. check the columns                                      `column_checks.py`
3. write the queries that read charges                    `charge_queries.py`
4. transfer cost to split rows of containers              `split_cost_rows.py`
5. look for files that repeat each other                  `duplicate_charges.py`
6. add lines up to keys and costs                         `keys_and_costs.py`
7. look for values that cannot be parsed                  `unparseable_values.py`
8. find the bill that the delivery belongs to             `bill_identity.py`
9. check that the delivery holds the earlier one          `contained_charges.py`

Two more questions are answered later: `missing_deliveries.py` finds accounts that an earlier
delivery held and no current one holds, and `retention.py` decides which data may be deleted.
"""
