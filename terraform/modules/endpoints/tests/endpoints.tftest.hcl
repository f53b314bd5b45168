# Run with: terraform init && terraform test. Nothing is made: the provider is mocked.

mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { region = "eu-west-1" }
  }
}

variables {
  vpc_id          = "vpc-0a1b2c3d"
  subnet_ids      = ["subnet-0a1b2c3d", "subnet-1a2b3c4d"]
  route_table_ids = ["rtb-0a1b2c3d"]
}

run "s3_and_dynamodb_have_routes" {
  command = plan

  assert {
    condition     = aws_vpc_endpoint.gateway["s3"].vpc_endpoint_type == "Gateway" && aws_vpc_endpoint.gateway["dynamodb"].service_name == "com.amazonaws.eu-west-1.dynamodb"
    error_message = "S3 and DynamoDB have no gateway."
  }
}

run "other_services_have_interfaces_in_every_subnet" {
  command = plan

  assert {
    condition     = join(" ", keys(aws_vpc_endpoint.interface)) == "athena glue sns" && alltrue([for one in aws_vpc_endpoint.interface : one.private_dns_enabled && length(one.subnet_ids) == 2])
    error_message = "The interfaces are ${join(" ", keys(aws_vpc_endpoint.interface))}."
  }
}

run "everything_is_tls_and_nothing_is_open" {
  command = plan

  variables {
    clients = { fargate = "sg-0a1b2c3d" }
  }

  assert {
    condition     = join(" ", keys(aws_vpc_security_group_ingress_rule.clients)) == "fargate functions" && alltrue([for one in aws_vpc_security_group_ingress_rule.clients : one.from_port == 443 && one.cidr_ipv4 == null])
    error_message = "The endpoints can be called by others."
  }

  assert {
    condition     = alltrue([for one in aws_vpc_security_group_egress_rule.gateway : one.cidr_ipv4 == null && one.to_port == 443])
    error_message = "The functions can call more than endpoints."
  }
}

run "refused_name" {
  command = plan
  variables {
    name = "Upper"
  }
  expect_failures = [var.name]
}

run "refused_vpc_id" {
  command = plan
  variables {
    vpc_id = "default"
  }
  expect_failures = [var.vpc_id]
}

run "refused_subnet_ids" {
  command = plan
  variables {
    subnet_ids = []
  }
  expect_failures = [var.subnet_ids]
}

run "refused_route_table_ids" {
  command = plan
  variables {
    route_table_ids = ["main"]
  }
  expect_failures = [var.route_table_ids]
}

run "refused_services" {
  command = plan
  variables {
    services = ["s3"]
  }
  expect_failures = [var.services]
}
