"""Journals for the finance system, made of a recorded allocation.

1. `chart_map` reads to which company, cost center and account cost is posted.
2. `invoice_costs` sums what each owner pays of each invoice.
3. `entries` maps and rounds it to minor units, per invoice and currency.
4. `batches` makes balanced journals, and the difference to those that were sent.
5. `template` reads a file format, `render` checks its limits and writes the cells.
6. `general_ledger` compares what the finance system holds with what was sent.
"""
