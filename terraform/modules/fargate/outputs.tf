output "task_definition_arn" {
  description = "ARN of the task definition, for manual runs."
  value       = aws_ecs_task_definition.ingest.arn
}

output "cluster_arn" {
  description = "ARN of the cluster."
  value       = aws_ecs_cluster.this.arn
}

output "task_role_arn" {
  description = "ARN of the task's role, for policies of buckets and keys in other accounts."
  value       = module.task_role["task"].arn
}

output "security_group_id" {
  description = "The task's security group, for `clients` of the module endpoints."
  value       = aws_security_group.task.id
}

output "policies" {
  description = "The roles' policies, for review."
  value       = { for name, policy in { task = local.task_policy, execution = local.execution_policy, schedule = local.schedule_policy } : name => jsondecode(policy) }
}
