output "bucket" {
  description = "Name of the bucket."
  value       = module.bucket.name
}

output "bucket_arn" {
  description = "ARN of the bucket."
  value       = module.bucket.arn
}

output "prefix" {
  description = "Where the export lies in the bucket: what the export-reader policy is about."
  value       = "${var.prefix}/${var.name}"
}

output "location" {
  description = "The address that `apportion ingest` takes."
  value       = "s3://${module.bucket.name}/${var.prefix}/${var.name}"
}

output "export_arn" {
  description = "ARN of the export."
  value       = aws_bcmdataexports_export.bill.id
}

output "export" {
  description = "What the module pipeline takes as `export`, and reader_role as `read_export`."
  value = {
    bucket      = module.bucket.name
    prefix      = "${var.prefix}/${var.name}"
    kms_key_arn = var.kms_key_arn
  }
}
