"""A double of the provider hashicorp/aws: its real schema, with moto's server for a cloud.

Terraform itself runs as it always does; with the address of this provider. Plans are made
by the schema of the current provider, which is read from a package at test time (`bindings`); what
is applied becomes real in moto's server for the types in `cloud`, and is kept in memory otherwise.
"""
