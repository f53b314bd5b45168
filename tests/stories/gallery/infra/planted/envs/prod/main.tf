terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "cost_center" {
  type    = string
  default = "FIN-100"
}

variable "extra_tags" {
  type = map(string)
}

locals {
  project  = "atlas"
  business = { CostCenter = var.cost_center, Project = local.project }
  all      = merge(local.business, { Environment = "prod", AllocationKey = "${var.cost_center}-prod" })
}

provider "aws" {
  region = "eu-west-1"

  default_tags {
    tags = { Project = local.project, Environment = "prod" }
  }
}

provider "aws" {
  alias  = "bare"
  region = "us-east-1"
}

resource "aws_instance" "good" {
  ami           = "ami-1"
  instance_type = "t3.micro"
  tags          = local.all
  volume_tags   = local.all
}

resource "aws_instance" "no_center" { # wants T041 CostCenter
  ami           = "ami-1"
  instance_type = "t3.micro"

  root_block_device { # wants T043 CostCenter
    volume_size = 20
  }
}

resource "aws_s3_bucket" "bare" { # wants T041 CostCenter, Project, Environment
  provider = aws.bare
  bucket   = "bare"
}

resource "aws_s3_bucket" "spelt" {
  bucket = "spelt"
  tags = { # wants T041 CostCenter, Environment
    costcenter  = "FIN-100"
    Environment = "production"
  }
}

resource "aws_dynamodb_table" "wrong_rule" {
  name     = "t"
  hash_key = "id"

  attribute {
    name = "id"
    type = "S"
  }

  tags = merge(local.all, { AllocationKey = "FIN-100-dev" }) # wants T042 AllocationKey
}

resource "aws_sqs_queue" "later" {
  name = "later"
  tags = var.extra_tags # wants T045
}

resource "aws_sns_topic" "partly" {
  name = "partly"
  tags = merge(var.extra_tags, { CostCenter = "finance 100" }) # wants T041 CostCenter; T045
}

resource "aws_launch_template" "nodes" {
  name     = "nodes"
  image_id = "ami-1"
  tags     = local.all

  tag_specifications {
    resource_type = "instance"
    tags          = local.all
  }

  tag_specifications { # wants T043 CostCenter, Project, Environment
    resource_type = "volume"
    tags          = { Name = "node" }
  }
}

resource "aws_autoscaling_group" "nodes" { # wants T041 Environment; T043 CostCenter, Environment
  min_size         = 1
  max_size         = 3
  desired_capacity = 1

  tag {
    key                 = "CostCenter"
    value               = "FIN-100"
    propagate_at_launch = false
  }

  dynamic "tag" {
    for_each = { Project = local.project }
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }
}

resource "aws_iam_role_policy_attachment" "untaggable" {
  role       = "r"
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

module "api" {
  source = "../../modules/service"

  name = "api"
  tags = { Project = local.project }
}

module "worker" {
  source = "../../modules/service"

  name = "worker"
  tags = local.all
}

module "queues" {
  source = "../../modules/queue"
  names  = ["orders", "audit"]
}

resource "aws_kms_key" "from_module" {
  description = "k"
  tags        = module.worker.tags
}

module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.0.0"
  name    = "main"
}
