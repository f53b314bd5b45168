output "role_arn" {
  description = "ARN of the role."
  value       = aws_iam_role.reader.arn
}

output "role_name" {
  description = "Name of the role."
  value       = aws_iam_role.reader.name
}

output "actions" {
  description = "All permissions of the role."
  value       = sort(distinct(flatten([for statements in values(local.statements) : [for one in statements : one.Action]])))
}
