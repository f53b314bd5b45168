# A bucket for bills, and the export that AWS Billing writes into it.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account    = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  bucket_arn = "arn:${local.partition}:s3:::${var.bucket}"

  tables = {
    "cur-2.0"   = "COST_AND_USAGE_REPORT"
    "focus-1.2" = "FOCUS_1_2_AWS"
  }

  # SELECT * is refused, and would let new columns of AWS change the bill unseen.
  columns = concat(
    jsondecode(file("${path.module}/columns/${var.table}.json")),
    var.split_cost_allocation ? jsondecode(file("${path.module}/columns/split.json")) : [],
  )

  # All keys of a table's configuration are set: what is left out, AWS fills in, and that is a difference for ever.
  configurations = {
    "cur-2.0" = {
      BILLING_VIEW_ARN                      = "arn:${local.partition}:billing::${local.account}:billingview/primary"
      TIME_GRANULARITY                      = var.time_granularity
      INCLUDE_RESOURCES                     = "TRUE"
      INCLUDE_SPLIT_COST_ALLOCATION_DATA    = upper(tostring(var.split_cost_allocation))
      INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY = "FALSE"
      INCLUDE_IAM_PRINCIPAL_DATA            = "FALSE"
    }
    "focus-1.2" = {
      TIME_GRANULARITY = var.time_granularity
    }
  }
}

resource "aws_bcmdataexports_export" "bill" {
  export {
    name = var.name

    data_query {
      query_statement = "SELECT ${join(", ", local.columns)} FROM ${local.tables[var.table]}"
      table_configurations = {
        (local.tables[var.table]) = local.configurations[var.table]
      }
    }

    destination_configurations {
      s3_destination {
        s3_bucket = module.bucket.name
        s3_prefix = var.prefix
        s3_region = data.aws_region.current.region

        s3_output_configurations {
          compression = "PARQUET"
          format      = "PARQUET"
          output_type = "CUSTOM"
          overwrite   = "OVERWRITE_REPORT"
        }
      }
    }

    refresh_cadence {
      frequency = "SYNCHRONOUS"
    }
  }

  tags = var.tags

  lifecycle {
    precondition {
      condition     = !var.split_cost_allocation || var.table == "cur-2.0"
      error_message = "split_cost_allocation needs table = \"cur-2.0\"."
    }
  }
}
