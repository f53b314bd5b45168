output "bucket" {
  description = "The bucket of ledger, tables and reports."
  value       = module.bucket.name
}

output "settings" {
  description = "Address for apportion.toml; rulebooks, lookups and drivers are beside it."
  value       = local.environments.ingest.APPORTION_SETTINGS
}

output "function_arns" {
  description = "ARNs of the functions, by `ingest` and `report`."
  value       = { ingest = aws_lambda_function.ingest.arn, report = aws_lambda_function.report.arn }

  # A variable's own validation may refer to other variables since Terraform 1.9 only.
  precondition {
    condition     = (length(var.subnet_ids) == 0) == (length(var.security_group_ids) == 0)
    error_message = "security_group_ids and subnet_ids belong together: name both, or neither."
  }
}

output "role_arns" {
  description = "ARNs of the functions' roles, for policies of buckets and keys in other accounts."
  value       = { for key, role in module.function_role : key => role.arn }
}

output "queue_arns" {
  description = "ARNs of the queues of failed events."
  value       = { for key, queue in aws_sqs_queue.failed : key => queue.arn }
}

output "topic_arn" {
  description = "ARN of the topic for findings and alarms."
  value       = module.alerts.topic_arn
}

output "database" {
  description = "The Glue database of the published tables."
  value       = aws_glue_catalog_database.published.name
}

output "workgroup" {
  description = "The Athena workgroup."
  value       = aws_athena_workgroup.published.name
}

output "policies" {
  description = "The roles' policies, for review."
  value       = merge({ for key, policy in local.function_policies : key => jsondecode(policy) }, { schedule = jsondecode(local.schedule_policy) })
}
