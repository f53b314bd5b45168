locals {
  # The names that policies are filled in with.
  names = {
    partition     = local.partition
    region        = local.region
    account       = local.account
    export_bucket = var.export.bucket
    export_prefix = var.export.prefix
    bucket        = var.bucket
    database      = var.database
    export_key    = var.export.kms_key_arn == null ? "" : var.export.kms_key_arn
    kms_key       = var.kms_key_arn == null ? "" : var.kms_key_arn
  }

  # policies/ is written by the program: `role.json.tftpl` always holds, `role+name.json.tftpl` if the name is given.
  task_policy = jsonencode({
    Version = "2012-10-17"
    Statement = flatten([
      for file in fileset("${path.module}/policies", "*.json.tftpl") :
      jsondecode(templatefile("${path.module}/policies/${file}", local.names)).Statement
      if lookup(local.names, try(regex("\\+(\\w+)\\.", file)[0], "partition"), "") != ""
    ])
  })

  execution_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "LogInToTheRegistry"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        Sid      = "FetchTheImage"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = "arn:${local.partition}:ecr:${local.image.region}:${local.image.account}:repository/${local.image.repository}"
      },
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${local.log_arn}:*"
      },
    ]
  })

  schedule_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "StartTheTask"
        Effect    = "Allow"
        Action    = "ecs:RunTask"
        Resource  = "arn:${local.partition}:ecs:${local.region}:${local.account}:task-definition/${var.name}:*"
        Condition = { ArnEquals = { "ecs:cluster" = local.cluster_arn } }
      },
      {
        Sid       = "PassTheTaskItsRoles"
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = values(local.roles)
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
      {
        Sid      = "KeepWhatCouldNotStart"
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = local.queue_arn
      },
    ]
  })

  # ECS uses two roles: one for the program, one to fetch the image and to write the log.
  task_roles = {
    task      = { description = "Apportion: ingests bills", policy_name = "ingest-task", policy = local.task_policy }
    execution = { description = "Apportion: ECS starts the task", policy_name = "execution", policy = local.execution_policy }
  }
}

module "task_role" {
  source   = "../service_role"
  for_each = local.task_roles

  name                 = "${var.name}-${each.key}"
  description          = each.value.description
  service              = "ecs-tasks.amazonaws.com"
  source_arn           = "arn:${local.partition}:ecs:${local.region}:${local.account}:*"
  policy_name          = each.value.policy_name
  policy               = each.value.policy
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags
}

module "schedule_role" {
  source = "../service_role"

  name                 = "${var.name}-schedule"
  description          = "Apportion: starts the task"
  service              = "scheduler.amazonaws.com"
  source_arn           = "arn:${local.partition}:scheduler:${local.region}:${local.account}:schedule-group/${var.name}"
  policy_name          = "schedule"
  policy               = local.schedule_policy
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags
}
