"""The rulebook: from YAML to rules, and from rules to SQL that gives each charge an owner.

The stages, in order, with the file of each:

1. read YAML with line numbers                   `yaml/nodes.py`
2. check it against the format                   `schema.py`, types in `yaml/schema_types.py`
3. read dimensions and pools                     `read_dimensions.py`, `read_pools.py`
4. read conditions: parse, check, rebuild        `conditions/parse.py`, `conditions/rebuild.py`
5. read lookups, drivers and account facts       `inputs/`
6. pick the rulebook in force                    `read.py`, `months.py`
7. find the columns that rules read              `rule_columns.py`
8. cut the period where lookups change           `inputs/date_segments.py`
9. derive dimensions and pools in SQL            `dimension_sql.py`
10. check values, unused rules and near misses   `allowed_values.py`, `unused_rules.py`,
    `inputs/lookup_near_misses.py`
"""
