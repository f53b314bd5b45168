variable "name" { type = string }

variable "tags" {
  type = map(string)
}

resource "aws_ecs_service" "this" {
  name           = var.name
  propagate_tags = "SERVICE"
  tags           = var.tags
}

resource "aws_db_instance" "this" {
  instance_class = "db.t3.micro"
  tags           = merge(var.tags, { Name = "${var.name}-db" })
}
