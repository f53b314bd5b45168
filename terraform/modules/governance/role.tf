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

  function_policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      flatten([for file in local.templates : jsondecode(templatefile("${path.module}/policies/${file}", local.names)).Statement]),
      local.take_role,
    )
  })
}

resource "aws_iam_role" "function" {
  name                 = "${var.name}-function"
  description          = "Apportion: the function that judges tags"
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
        ArnEquals    = { "aws:SourceArn" = "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}" }
      }
    }]
  })
}

resource "aws_iam_role_policy" "function" {
  name   = "tag-function"
  role   = aws_iam_role.function.name
  policy = local.function_policy
}
