output "tags" {
  description = "All tags, for `merge()` and for the provider's `default_tags`."
  value       = merge(local.business_tags, local.technical_tags)

  # A variable's own validation may look at others since Terraform 1.9 only.
  precondition {
    condition     = contains(var.environments, var.environment)
    error_message = "environment is \"${var.environment}\"; expected one of ${join(", ", var.environments)}."
  }

  precondition {
    condition     = can(regex(var.cost_center_pattern, var.cost_center))
    error_message = "cost_center is \"${var.cost_center}\"; expected what matches ${var.cost_center_pattern}, like FIN-100."
  }

  precondition {
    condition     = length(distinct([for key in concat(keys(var.business), keys(var.technical)) : lower(replace(key, "/[^\\p{L}\\p{N}]/", ""))])) == length(var.business) + length(var.technical)
    error_message = "Two keys of business and technical are one key in two spellings: cost exports write Team-Name and team_name as one column."
  }

  precondition {
    condition     = length(var.business) + length(var.technical) <= 40
    error_message = "business and technical have more than 40 tags: AWS takes 50 for a resource, six are mandatory, and some are left for the resource itself."
  }
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
