output "role_arn" {
  description = "ARN of the role."
  value       = aws_iam_role.reader.arn
}

output "role_name" {
  description = "Name of the role."
  value       = aws_iam_role.reader.name
}

output "actions" {
  description = "Everything that the role may do."
  value       = sort(distinct(flatten([for statements in values(local.statements) : [for one in statements : one.Action]])))
}
