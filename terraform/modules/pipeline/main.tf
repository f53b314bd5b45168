# Bills come in when they arrive, reports go out on schedule.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.region

  functions = {
    ingest = { role = "ingest-function", name = "${var.name}-ingest", settings = var.ingest }
    report = { role = "report-function", name = "${var.name}-report", settings = var.report }
  }

  # ARNs are made of names, so that every policy can be read in the plan.
  queue_arns    = { for key, one in local.functions : key => "arn:${local.partition}:sqs:${local.region}:${local.account}:${one.name}-failed" }
  function_arns = { for key, one in local.functions : key => "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${one.name}" }
  topic_arn     = "arn:${local.partition}:sns:${local.region}:${local.account}:${var.name}"

  # The names that policies are filled in with.
  names = {
    partition     = local.partition
    region        = local.region
    account       = local.account
    export_bucket = var.export.bucket
    export_prefix = var.export.prefix
    bucket        = var.bucket
    database      = var.database
    workgroup     = var.name
    table         = "${var.name}-events"
    sender        = var.email == null ? "" : coalesce(var.email_identity, split("@", var.email.from)[1])
    topic         = local.topic_arn
    export_key    = var.export.kms_key_arn == null ? "" : var.export.kms_key_arn
    tracing       = var.tracing ? "on" : ""
    kms_key       = var.kms_key_arn == null ? "" : var.kms_key_arn
    network       = length(var.subnet_ids) > 0 ? "on" : ""
  }

  # What each function reads of its environment: src/apportion/lambdas/__init__.py.
  environments = {
    ingest = {
      APPORTION_SETTINGS = "s3://${var.bucket}/config/apportion.toml"
      APPORTION_LEDGER   = "s3://${var.bucket}/ledger"
      APPORTION_EXPORT   = "s3://${var.export.bucket}/${var.export.prefix}"
      APPORTION_PUBLISH  = "s3://${var.bucket}/lake"
      APPORTION_DATABASE = var.database
      APPORTION_TABLE    = "${var.name}-events"
    }
    report = {
      APPORTION_DATABASE   = var.database
      APPORTION_WORKGROUP  = var.name
      APPORTION_REPORTS    = "s3://${var.bucket}/reports"
      APPORTION_EMAIL_FROM = try(var.email.from, "")
      APPORTION_EMAIL_TO   = join(",", try(var.email.to, []))
      APPORTION_TOPIC      = local.topic_arn
    }
  }

  powertools = { for key, one in local.functions : key => {
    POWERTOOLS_SERVICE_NAME      = one.name
    POWERTOOLS_METRICS_NAMESPACE = "Apportion"
    POWERTOOLS_TRACE_DISABLED    = tostring(!var.tracing)
  } }
}

module "bucket" {
  source = "../bucket"

  name          = var.bucket
  keep_days     = var.keep_days
  expire_days   = { "queries/" = 30 }
  kms_key_arn   = var.kms_key_arn
  log_bucket    = var.log_bucket
  force_destroy = var.force_destroy
  tags          = var.tags
}

# Remembers which events were done; entries go by themselves.
resource "aws_dynamodb_table" "events" {
  name         = local.names.table
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  tags         = var.tags

  attribute {
    name = "id"
    type = "S"
  }

  ttl {
    attribute_name = "expiration"
    enabled        = true
  }
}
