locals {
  # policies/ is written by the program: `role.json.tftpl` always holds, `role+name.json.tftpl` if the name is given.
  files = { for role in ["ingest-function", "report-function", "schedule"] : role => [
    for file in fileset("${path.module}/policies", "${role}{,+*}.json.tftpl") :
    file if lookup(local.names, try(regex("\\+(\\w+)\\.", file)[0], "partition"), "") != ""
  ] }

  function_policies = { for key, one in local.functions : key => jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      flatten([for file in local.files[one.role] : jsondecode(templatefile(
        "${path.module}/policies/${file}",
        merge(local.names, { function = one.name, queue = local.queue_arns[key] }),
      )).Statement]),
      [for arn in length(var.subnet_ids) == 0 ? [] : [local.function_arns[key]] : merge(local.no_interfaces, {
        Condition = { ArnEquals = { "lambda:SourceFunctionArn" = arn } }
      })],
    )
  }) }

  # Lambda attaches the function to the VPC with the function's role; the function's code may not.
  no_interfaces = {
    Sid      = "TheCodeChangesNoInterfaces"
    Effect   = "Deny"
    Action   = ["ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:UnassignPrivateIpAddresses"]
    Resource = "*"
  }

  schedule_policy = jsonencode({
    Version = "2012-10-17"
    Statement = flatten([for file in local.files["schedule"] : jsondecode(templatefile(
      "${path.module}/policies/${file}",
      merge(local.names, { function = local.functions.report.name, queue = local.queue_arns.report }),
    )).Statement])
  })
}

module "function_role" {
  source   = "../service_role"
  for_each = local.functions

  name                 = "${each.value.name}-function"
  description          = "Apportion: the ${each.key} function"
  service              = "lambda.amazonaws.com"
  source_arn           = local.function_arns[each.key]
  policy_name          = each.value.role
  policy               = local.function_policies[each.key]
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags
}

module "schedule_role" {
  source = "../service_role"

  name                 = "${var.name}-schedule"
  description          = "Apportion: starts the report function"
  service              = "scheduler.amazonaws.com"
  source_arn           = "arn:${local.partition}:scheduler:${local.region}:${local.account}:schedule-group/${var.name}"
  policy_name          = "schedule"
  policy               = local.schedule_policy
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags
}
