output "tags" {
  description = "All tags, for `merge()` and for the provider's `default_tags`."
  value       = merge(local.business_tags, local.technical_tags)
}

output "business_tags" {
  description = "CostCenter, Project, Owner, AllocationKey and `business`: activate these as cost allocation tags."
  value       = local.business_tags
}

output "technical_tags" {
  description = "Environment, CreatedBy and `technical`."
  value       = local.technical_tags
}

output "allocation_key" {
  description = "The cost centre and the environment in one value, CostCenter-Environment."
  value       = local.business.AllocationKey
}
