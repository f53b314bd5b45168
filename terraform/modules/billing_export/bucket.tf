module "bucket" {
  source = "../bucket"

  name          = var.bucket
  keep_days     = var.keep_days
  kms_key_arn   = var.kms_key_arn
  log_bucket    = var.log_bucket
  force_destroy = var.force_destroy
  tags          = var.tags
  statements    = concat([jsonencode(local.delivery)], [for one in local.readers : jsonencode(one)])
}

# The pipeline waits for manifests by EventBridge.
resource "aws_s3_bucket_notification" "bills" {
  bucket      = module.bucket.name
  eventbridge = true
}

locals {
  # As AWS documents it. Without SourceAccount and SourceArn, anybody's export could be written here.
  delivery = {
    Sid       = "BillingDelivers"
    Effect    = "Allow"
    Principal = { Service = ["bcm-data-exports.amazonaws.com", "billingreports.amazonaws.com"] }
    Action    = ["s3:PutObject", "s3:GetBucketPolicy"]
    Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
    Condition = {
      StringEquals = { "aws:SourceAccount" = local.account }
      ArnLike = {
        "aws:SourceArn" = [
          "arn:${local.partition}:bcm-data-exports:us-east-1:${local.account}:export/*",
          "arn:${local.partition}:cur:us-east-1:${local.account}:definition/*",
        ]
      }
    }
  }

  readers = length(var.reader_arns) == 0 ? [] : [
    {
      Sid       = "ReadersFind"
      Effect    = "Allow"
      Principal = { AWS = var.reader_arns }
      Action    = "s3:ListBucket"
      Resource  = local.bucket_arn
    },
    {
      Sid       = "ReadersRead"
      Effect    = "Allow"
      Principal = { AWS = var.reader_arns }
      Action    = "s3:GetObject"
      Resource  = "${local.bucket_arn}/${var.prefix}/${var.name}/*"
    },
  ]
}
