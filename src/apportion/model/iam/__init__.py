"""IAM statements of each role, from which all policies are generated."""
