variable "cost_center" {
  type    = string
  default = "FIN-100"
}

locals {
  environment = "prod"
  tags = {
    CostCenter    = var.cost_center
    Project       = "atlas"
    Environment   = local.environment
    AllocationKey = format("%s-%s", var.cost_center, local.environment)
  }
}

provider "aws" {
  default_tags {
    tags = local.tags
  }
}

# tags = { costcenter = "a comment is no tag" }
resource "aws_instance" "web" {
  ami           = "ami-1"
  instance_type = "t3.micro"
  user_data     = <<-EOT
    tags = { CostCenter = "a heredoc is no tag" }
  EOT

  root_block_device {
    volume_size = 20
  }
}

resource "aws_s3_bucket" "more" {
  bucket = "more"
  tags   = { Name = "more", "with space" = "x" }
}

resource "aws_autoscaling_group" "nodes" {
  min_size = 1
  max_size = 3

  dynamic "tag" {
    for_each = local.tags
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }
}

resource "aws_launch_template" "nodes" {
  name = "nodes"

  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume"])
    content {
      resource_type = tag_specifications.value
      tags          = local.tags
    }
  }
}

module "service" {
  source = "../../modules/service"
  name   = "api"
  tags   = local.tags
}

module "queues" {
  source = "../../modules/queue"
  names = {
    orders = { center = "FIN-100" }
    calls  = { center = "CX" }
  }
}

resource "aws_sns_topic" "nobody" {
  count    = var.cost_center == "CX" ? 1 : 0
  provider = aws.bare
  name     = "not made"
}

provider "aws" {
  alias = "bare"
}
