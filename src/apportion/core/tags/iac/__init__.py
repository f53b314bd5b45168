"""Tags in infrastructure code: Terraform, plans, CloudFormation."""
