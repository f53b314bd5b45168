# The ingest of large bills: the same image as the function, on Fargate's disk, on a schedule.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.region

  # ARNs are made of names, so that every policy can be read in the plan.
  cluster_arn = "arn:${local.partition}:ecs:${local.region}:${local.account}:cluster/${var.name}"
  queue_arn   = "arn:${local.partition}:sqs:${local.region}:${local.account}:${var.name}-not-started"
  log_arn     = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/apportion/${var.name}"
  image       = regex("^(?P<account>[0-9]{12})\\.dkr\\.ecr\\.(?P<region>[a-z0-9-]+)\\.amazonaws\\.com(?:\\.cn)?/(?P<repository>[a-z0-9._/-]+)[:@]", var.image_uri)
  roles       = { for role in ["task", "execution"] : role => "arn:${local.partition}:iam::${local.account}:role/${var.name}-${role}" }
}

resource "aws_ecs_cluster" "this" {
  name = var.name
  tags = var.tags
}

resource "aws_cloudwatch_log_group" "task" {
  name              = "/apportion/${var.name}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_ecs_task_definition" "ingest" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory
  task_role_arn            = module.task_role["task"].arn
  execution_role_arn       = module.task_role["execution"].arn
  tags                     = var.tags

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.architecture == "x86_64" ? "X86_64" : "ARM64"
  }

  # Bills, ledger and what is published pass through this disk.
  ephemeral_storage {
    size_in_gib = var.scratch
  }

  container_definitions = jsonencode([{
    name       = "ingest"
    image      = var.image_uri
    essential  = true
    entryPoint = ["python", "-m", "apportion.lambdas.task"]
    user       = "1000:1000"

    environment = [for name, value in {
      APPORTION_SETTINGS = "s3://${var.bucket}/config/apportion.toml"
      APPORTION_LEDGER   = "s3://${var.bucket}/ledger"
      APPORTION_EXPORT   = "s3://${var.export.bucket}/${var.export.prefix}"
      APPORTION_PUBLISH  = "s3://${var.bucket}/lake"
      APPORTION_DATABASE = var.database
    } : { name = name, value = value }]

    linuxParameters = { initProcessEnabled = true }

    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.task.name
        awslogs-region        = local.region
        awslogs-stream-prefix = "ingest"
      }
    }
  }])

  lifecycle {
    precondition {
      condition     = var.memory >= 2 * var.cpu && var.memory <= 8 * var.cpu
      error_message = "Fargate takes two to eight times as much memory (MB) as cpu."
    }
  }
}

# The task calls AWS and is called by nobody.
resource "aws_security_group" "task" {
  name        = var.name
  description = "Apportion: the task calls AWS by TLS and accepts no connections"
  vpc_id      = var.network.vpc_id
  tags        = var.tags
}

resource "aws_vpc_security_group_egress_rule" "tls" {
  security_group_id = aws_security_group.task.id
  description       = "AWS's endpoints"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
  tags              = var.tags
}
