output "control_policy_ids" {
  description = "Ids of the service control policies, by file."
  value       = { for file, policy in aws_organizations_policy.control : file => policy.id }
}

output "attached" {
  description = "Attached policies by target: the tag policy always, control policies with `enforce`."
  value = {
    tag_policy       = [for one in aws_organizations_policy_attachment.tags : one.target_id]
    control_policies = keys(aws_organizations_policy_attachment.control)
  }

  # A variable's own validation may refer to other variables since Terraform 1.9 only.
  precondition {
    condition     = !var.enforce || (var.organization && length(var.targets) > 0)
    error_message = "enforce needs organization and targets: there would be nothing to attach, or nothing to attach it to."
  }
}

output "function_arn" {
  description = "ARN of the function that validates tags."
  value       = aws_lambda_function.validate.arn

  # A variable's own validation may refer to other variables since Terraform 1.9 only.
  precondition {
    condition     = (length(var.subnet_ids) == 0) == (length(var.security_group_ids) == 0)
    error_message = "security_group_ids and subnet_ids belong together: name both, or neither."
  }
}

output "function_role_arn" {
  description = "ARN of its role, for trust policies of member roles."
  value       = module.role.arn
}

output "topic_arn" {
  description = "ARN of the topic for owners and alarms."
  value       = module.alerts.topic_arn
}

output "failed_queue_arn" {
  description = "ARN of the queue of failed events."
  value       = aws_sqs_queue.failed.arn
}

output "policy" {
  description = "The function's policy, for review."
  value       = jsondecode(local.function_policy)
}
