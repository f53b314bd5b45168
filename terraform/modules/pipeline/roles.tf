locals {
  # policies/ is written by the program: `role.json.tftpl` always holds, `role+name.json.tftpl` if the name is given.
  files = { for role in ["ingest-function", "report-function", "schedule"] : role => [
    for file in fileset("${path.module}/policies", "${role}{,+*}.json.tftpl") :
    file if lookup(local.names, try(regex("\\+(\\w+)\\.", file)[0], "partition"), "") != ""
  ] }

  function_policies = { for key, one in local.functions : key => jsonencode({
    Version = "2012-10-17"
    Statement = flatten([for file in local.files[one.role] : jsondecode(templatefile(
      "${path.module}/policies/${file}",
      merge(local.names, { function = one.name, queue = local.queue_arns[key] }),
    )).Statement])
  }) }

  schedule_policy = jsonencode({
    Version = "2012-10-17"
    Statement = flatten([for file in local.files["schedule"] : jsondecode(templatefile(
      "${path.module}/policies/${file}",
      merge(local.names, { function = local.functions.report.name, queue = local.queue_arns.report }),
    )).Statement])
  })
}

resource "aws_iam_role" "function" {
  for_each = local.functions

  name                 = "${each.value.name}-function"
  description          = "Apportion: the ${each.key} function"
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnEquals    = { "aws:SourceArn" = local.function_arns[each.key] }
      }
    }]
  })
}

resource "aws_iam_role_policy" "function" {
  for_each = local.functions

  name   = each.value.role
  role   = aws_iam_role.function[each.key].name
  policy = local.function_policies[each.key]
}

resource "aws_iam_role" "schedule" {
  name                 = "${var.name}-schedule"
  description          = "Apportion: starts the report function"
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnEquals    = { "aws:SourceArn" = "arn:${local.partition}:scheduler:${local.region}:${local.account}:schedule-group/${var.name}" }
      }
    }]
  })
}

resource "aws_iam_role_policy" "schedule" {
  name   = "schedule"
  role   = aws_iam_role.schedule.name
  policy = local.schedule_policy
}
