output "export" {
  description = "What `apportion ingest` takes."
  value       = module.billing_export.location
}

output "settings" {
  description = "Where apportion.toml is put, with rulebooks, lookups and drivers beside it."
  value       = module.pipeline.settings
}

output "workgroup" {
  description = "The Athena workgroup of the published tables."
  value       = module.pipeline.workgroup
}

output "reader_role_arn" {
  description = "The role that reads costs."
  value       = module.reader.role_arn
}

output "api_tags" {
  description = "The tags of the example's function, with those of the provider."
  value       = aws_lambda_function.api.tags_all
}
