# The endpoints by which functions in a VPC without internet access reach AWS, and their security groups.

data "aws_region" "current" {}

locals {
  gateways = ["dynamodb", "s3"]
  service  = "com.amazonaws.${data.aws_region.current.region}"
}

# S3 and DynamoDB: routes, without charge.
resource "aws_vpc_endpoint" "gateway" {
  for_each = toset(local.gateways)

  vpc_id            = var.vpc_id
  service_name      = "${local.service}.${each.key}"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = var.route_table_ids
  tags              = merge(var.tags, { Name = "${var.name}-${each.key}" })
}

# The others: a network interface in each subnet, charged by the hour.
resource "aws_vpc_endpoint" "interface" {
  for_each = toset(var.services)

  vpc_id              = var.vpc_id
  service_name        = "${local.service}.${each.key}"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = var.subnet_ids
  security_group_ids  = [aws_security_group.endpoints.id]
  private_dns_enabled = true
  tags                = merge(var.tags, { Name = "${var.name}-${each.key}" })
}

resource "aws_security_group" "functions" {
  name        = "${var.name}-functions"
  description = "Apportion: functions call AWS endpoints by TLS; nothing calls them"
  vpc_id      = var.vpc_id
  tags        = var.tags
}

resource "aws_security_group" "endpoints" {
  name        = "${var.name}-endpoints"
  description = "Apportion: endpoints of AWS services, called by functions and tasks"
  vpc_id      = var.vpc_id
  tags        = var.tags
}

resource "aws_vpc_security_group_egress_rule" "gateway" {
  for_each = toset(local.gateways)

  security_group_id = aws_security_group.functions.id
  description       = "To ${each.key} by TLS"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_id    = aws_vpc_endpoint.gateway[each.key].prefix_list_id
  tags              = var.tags
}

resource "aws_vpc_security_group_egress_rule" "interface" {
  security_group_id            = aws_security_group.functions.id
  description                  = "To the endpoints by TLS"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = aws_security_group.endpoints.id
  tags                         = var.tags
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = merge({ functions = aws_security_group.functions.id }, var.clients)

  security_group_id            = aws_security_group.endpoints.id
  description                  = "From ${each.key} by TLS"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = each.value
  tags                         = var.tags
}
