variable "name" { type = string }

variable "tags" {
  type    = map(string)
  default = {}
}

variable "replicas" {
  type    = number
  default = 1
}

resource "aws_ecs_cluster" "this" {
  name = var.name
  tags = var.tags # wants T041 CostCenter
}

resource "aws_ecs_service" "this" { # wants T043 CostCenter, Project, Environment
  name          = var.name
  cluster       = aws_ecs_cluster.this.id
  desired_count = var.replicas

  tags = merge(var.tags, { Component = "api" }) # wants T041 CostCenter
}

resource "aws_cloudwatch_log_group" "this" {
  name = "/ecs/${var.name}"
  tags = merge( # wants T042 AllocationKey
    var.tags,
    {
      CostCenter = "CX" # the module knows better
    },
  )
}

output "tags" {
  value = merge(var.tags, { Service = var.name })
}
