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

  tasks_trusted = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:ecs:${local.region}:${local.account}:*" }
      }
    }]
  })
}

resource "aws_iam_role" "task" {
  name                 = "${var.name}-task"
  description          = "Apportion: takes bills in"
  assume_role_policy   = local.tasks_trusted
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags
}

resource "aws_iam_role_policy" "task" {
  name   = "ingest-task"
  role   = aws_iam_role.task.name
  policy = local.task_policy
}

# What ECS does to start the task: the image is fetched, its output goes to the log group.
resource "aws_iam_role" "execution" {
  name                 = "${var.name}-execution"
  description          = "Apportion: ECS starts the task"
  assume_role_policy   = local.tasks_trusted
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags
}

resource "aws_iam_role_policy" "execution" {
  name = "execution"
  role = aws_iam_role.execution.name
  policy = jsonencode({
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
}

resource "aws_iam_role" "schedule" {
  name                 = "${var.name}-schedule"
  description          = "Apportion: starts the task"
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
  name = "schedule"
  role = aws_iam_role.schedule.name
  policy = jsonencode({
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
        Sid       = "HandTheTaskItsRoles"
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
}
