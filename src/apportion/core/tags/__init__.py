"""Tags at the source: the policy, its verdict, what is generated from it and checked by it."""
