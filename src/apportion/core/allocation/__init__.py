"""Shared cost: who pays the cost of each pool, exactly and to the last unit.

The stages of a split, in order, with the file of each:

1. add up labelled costs by pool, owner, payer and day  `rollup.py`
2. read the driver's numbers of a period and a day      `driver_values.py`
3. collect all that decides the split                   `split_inputs.py`
4. weigh each pool: rule, spend or driver to ratios     `weights.py`, limits in `limits.py`
5. follow pools that serve other pools                  `solve_graph.py`
6. divide the money                                     `rounding.py`
7. record the steps, and the cost that stays            `split_trace.py`
8. check drivers and pools                              `split_checks.py`

`split_pools.py` runs stages 3 to 8. Afterwards `distribute.py` splits an owner's share over other
dimensions, and `paths.py` explains a share by its paths. `doubtful_values.py` checks the labels.
"""
