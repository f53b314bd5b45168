# A role that reads costs, and can change nothing.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  partition = data.aws_partition.current.partition

  names = {
    partition     = local.partition
    region        = data.aws_region.current.region
    account       = data.aws_caller_identity.current.account_id
    export_bucket = try(var.read_export.bucket, "")
    export_prefix = try(var.read_export.prefix, "")
    export_key    = try(coalesce(var.read_export.kms_key_arn), "")
  }

  roles = concat(
    ["report-reader"],
    var.read_export == null ? [] : ["export-reader"],
    var.read_accounts ? ["account-sync"] : [],
  )

  trust = merge(
    {
      Sid       = "Trusted"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = var.trusted }
    },
    var.external_id == null ? {} : { Condition = { StringEquals = { "sts:ExternalId" = var.external_id } } },
  )

  # policies/ is written by the program: `role.json.tftpl` always holds, `role+name.json.tftpl` if the name is given.
  statements = { for role in local.roles : role => flatten([
    for file in fileset("${path.module}/policies", "${role}{,+*}.json.tftpl") :
    jsondecode(templatefile("${path.module}/policies/${file}", local.names)).Statement
    if lookup(local.names, try(regex("\\+(\\w+)\\.", file)[0], "partition"), "") != ""
  ]) }
}

resource "aws_iam_role" "reader" {
  name                 = var.name
  description          = "Apportion: reads costs, changes nothing"
  assume_role_policy   = jsonencode({ Version = "2012-10-17", Statement = [local.trust] })
  max_session_duration = var.max_session_duration
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags

  lifecycle {
    precondition {
      condition     = var.external_id != null || alltrue([for one in var.trusted : split(":", one)[4] == local.names.account])
      error_message = "A role of another account is trusted: give an external_id, which its users name when they take this role."
    }
  }
}

resource "aws_iam_role_policy" "reader" {
  for_each = toset(local.roles)

  name   = each.key
  role   = aws_iam_role.reader.name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements[each.key] })
}
