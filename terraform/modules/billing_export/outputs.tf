output "bucket" {
  description = "Name of the bucket."
  value       = module.bucket.name
}

output "bucket_arn" {
  description = "ARN of the bucket."
  value       = module.bucket.arn
}

output "prefix" {
  description = "Prefix of the export in the bucket, for the export-reader policy."
  value       = "${var.prefix}/${var.name}"
}

output "location" {
  description = "Address of the export for `apportion ingest`."
  value       = "s3://${module.bucket.name}/${var.prefix}/${var.name}"
}

output "export_arn" {
  description = "ARN of the export."
  value       = aws_bcmdataexports_export.bill.id
}

output "export" {
  description = "The export, for `export` of the module pipeline and `read_export` of reader_role."
  value = {
    bucket      = module.bucket.name
    prefix      = "${var.prefix}/${var.name}"
    kms_key_arn = var.kms_key_arn
  }
}
