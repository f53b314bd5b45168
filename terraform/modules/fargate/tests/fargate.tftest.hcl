# Run with: terraform init && terraform test. Nothing is made: the provider is mocked.

mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { region = "eu-west-1" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
}

variables {
  bucket    = "acme-costs"
  export    = { bucket = "acme-bills", prefix = "exports/apportion" }
  image_uri = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/apportion:1.0.0"
  network   = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] }
}

run "the_image_runs_with_a_disk_and_without_root" {
  command = plan

  assert {
    condition     = one(aws_ecs_task_definition.ingest.ephemeral_storage).size_in_gib == 100
    error_message = "The disk has ${one(aws_ecs_task_definition.ingest.ephemeral_storage).size_in_gib} GiB."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.ingest.container_definitions)[0].user == "1000:1000" && jsondecode(aws_ecs_task_definition.ingest.container_definitions)[0].entryPoint == ["python", "-m", "apportion.lambdas.task"]
    error_message = "The container is ${aws_ecs_task_definition.ingest.container_definitions}."
  }
}

run "nobody_calls_it_and_it_calls_by_tls" {
  command = plan

  assert {
    condition     = aws_vpc_security_group_egress_rule.tls.from_port == 443 && aws_vpc_security_group_egress_rule.tls.to_port == 443
    error_message = "The task may call more than TLS."
  }

  assert {
    condition     = one(one(one(aws_scheduler_schedule.ingest.target).ecs_parameters).network_configuration).assign_public_ip == false
    error_message = "The task has a public address, which nobody asked for."
  }
}

run "the_execution_role_fetches_this_image_alone" {
  command = plan

  assert {
    condition     = strcontains(jsonencode(output.policies.execution), "arn:aws:ecr:eu-west-1:123456789012:repository/apportion\"")
    error_message = "The policy is ${jsonencode(output.policies.execution)}."
  }
}

run "keys_are_used_only_where_there_are_some" {
  command = plan

  assert {
    condition     = !strcontains(jsonencode(output.policies.task), "kms:")
    error_message = "The policy is ${jsonencode(output.policies.task)}."
  }
}

run "refused_name" {
  command = plan
  variables {
    name = "Upper"
  }
  expect_failures = [var.name]
}

run "refused_bucket" {
  command = plan
  variables {
    bucket = "a.b"
  }
  expect_failures = [var.bucket]
}

run "refused_export" {
  command = plan
  variables {
    export = { bucket = "acme-bills", prefix = "*" }
  }
  expect_failures = [var.export]
}

run "refused_image_uri" {
  command = plan
  variables {
    image_uri = "docker.io/apportion:1"
  }
  expect_failures = [var.image_uri]
}

run "refused_network" {
  command = plan
  variables {
    network = { vpc_id = "vpc-1", subnet_ids = [] }
  }
  expect_failures = [var.network]
}

run "refused_architecture" {
  command = plan
  variables {
    architecture = "mips"
  }
  expect_failures = [var.architecture]
}

run "refused_cpu" {
  command = plan
  variables {
    cpu = 1000
  }
  expect_failures = [var.cpu]
}

run "refused_memory" {
  command = plan
  variables {
    memory = 2500
  }
  expect_failures = [var.memory]
}

run "refused_scratch" {
  command = plan
  variables {
    scratch = 500
  }
  expect_failures = [var.scratch]
}

run "refused_schedule" {
  command = plan
  variables {
    schedule = "daily"
  }
  expect_failures = [var.schedule]
}

run "refused_timezone" {
  command = plan
  variables {
    timezone = "Europe Berlin"
  }
  expect_failures = [var.timezone]
}

run "refused_subscribers" {
  command = plan
  variables {
    subscribers = ["nobody"]
  }
  expect_failures = [var.subscribers]
}

run "refused_log_retention_days" {
  command = plan
  variables {
    log_retention_days = 10
  }
  expect_failures = [var.log_retention_days]
}

run "refused_database" {
  command = plan
  variables {
    database = "apportion-prod"
  }
  expect_failures = [var.database]
}

run "refused_kms_key_arn" {
  command = plan
  variables {
    kms_key_arn = "alias/costs"
  }
  expect_failures = [var.kms_key_arn]
}

run "memory_that_does_not_fit_the_cpu" {
  command = plan
  variables {
    cpu    = 4096
    memory = 4096
  }
  expect_failures = [aws_ecs_task_definition.ingest]
}
