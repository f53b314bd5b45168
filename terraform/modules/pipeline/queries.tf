# A database, a workgroup whose settings no query can override, and the everyday queries.

resource "aws_glue_catalog_database" "published" {
  name         = var.database
  description  = "Apportion: proved allocations"
  location_uri = "s3://${var.bucket}/lake"
  tags         = var.tags
}

resource "aws_athena_workgroup" "published" {
  name          = var.name
  description   = "Apportion: queries of published tables"
  force_destroy = var.force_destroy
  tags          = var.tags

  configuration {
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = var.bytes_scanned_limit

    engine_version {
      selected_engine_version = "Athena engine version 3"
    }

    result_configuration {
      output_location       = "s3://${module.bucket.name}/queries/"
      expected_bucket_owner = local.account

      encryption_configuration {
        encryption_option = var.kms_key_arn == null ? "SSE_S3" : "SSE_KMS"
        kms_key_arn       = var.kms_key_arn
      }
    }
  }
}

# The same SQL that `apportion query` and the reports use; its first line describes it.
resource "aws_athena_named_query" "everyday" {
  for_each = fileset("${path.module}/queries", "*.sql")

  name        = "${var.name}-${trimsuffix(each.value, ".sql")}"
  description = trimspace(trimprefix(split("\n", file("${path.module}/queries/${each.value}"))[0], "--"))
  database    = aws_glue_catalog_database.published.name
  workgroup   = aws_athena_workgroup.published.name
  query       = file("${path.module}/queries/${each.value}")
}
