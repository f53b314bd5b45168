"""AWS: exports, Cost Explorer, accounts, tag activation, cost categories, roles.

what a role may call, as IAM policies                            `iam_policies.py`
an export and its bucket's policy, with the condition against
a confused deputy (`aws:SourceArn`, `aws:SourceAccount`)         `export_definition.py`
which delivery a manifest names, and whether its files fit       `export_manifest.py`
the roles of functions and their confused-deputy condition       `terraform/modules/service_role`
"""
