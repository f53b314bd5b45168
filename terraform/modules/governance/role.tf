locals {
  # The names that policies are filled in with.
  names = {
    partition    = local.partition
    region       = local.region
    account      = local.account
    table        = "${var.name}-events"
    topic        = local.topic_arn
    chat_topic   = var.chat_topic_arn == null ? "" : var.chat_topic_arn
    events_queue = local.events_arn
    tagging      = length(setintersection(var.act, ["tag", "quarantine"])) > 0 ? "on" : ""
    function     = var.name
    network      = length(var.subnet_ids) > 0 ? "on" : ""
  }

  # policies/ is written by the program: `role.json.tftpl` always holds, `role+name.json.tftpl` if the name is given.
  templates = [
    for file in fileset("${path.module}/policies", "*.json.tftpl") :
    file if lookup(local.names, try(regex("\\+(\\w+)\\.", file)[0], "partition"), "") != ""
  ]

  # Where events of many accounts come together, the function takes a role in each of one organisation.
  take_role = [for members in var.members == null ? [] : [var.members] : {
    Sid       = "TakeTheRoleOfMembers"
    Effect    = "Allow"
    Action    = "sts:AssumeRole"
    Resource  = "arn:${local.partition}:iam::*:role/${members.role_name}"
    Condition = { StringEquals = { "aws:ResourceOrgID" = members.organization_id } }
  }]

  # Lambda attaches the function to the VPC with the function's role; the function's code may not.
  no_interfaces = [for one in length(var.subnet_ids) == 0 ? [] : [local.function_arn] : {
    Sid       = "TheCodeChangesNoInterfaces"
    Effect    = "Deny"
    Action    = ["ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:UnassignPrivateIpAddresses"]
    Resource  = "*"
    Condition = { ArnEquals = { "lambda:SourceFunctionArn" = one } }
  }]

  function_policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      flatten([for file in local.templates : jsondecode(templatefile("${path.module}/policies/${file}", local.names)).Statement]),
      local.take_role,
      local.no_interfaces,
    )
  })
}

module "role" {
  source = "../service_role"

  name                 = "${var.name}-function"
  description          = "Apportion: the function that validates tags"
  service              = "lambda.amazonaws.com"
  source_arn           = local.function_arn
  policy_name          = "tag-function"
  policy               = local.function_policy
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags
}
