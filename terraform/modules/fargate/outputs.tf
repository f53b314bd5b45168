output "task_definition_arn" {
  description = "ARN of the task definition, to start a run by hand."
  value       = aws_ecs_task_definition.ingest.arn
}

output "cluster_arn" {
  description = "ARN of the cluster."
  value       = aws_ecs_cluster.this.arn
}

output "task_role_arn" {
  description = "ARN of the task's role, for policies of buckets and keys in other accounts."
  value       = aws_iam_role.task.arn
}

output "security_group_id" {
  description = "The task's security group, for endpoints that ask who calls."
  value       = aws_security_group.task.id
}
