# Each value that is refused, with the variable that refuses it.

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
  generated    = "./tests/generated"
  validate_zip = "./versions.tf"
  targets      = ["ou-abcd-12345678"]
}

run "a_folder_without_files" {
  command = plan
  variables {
    generated = "./tests"
  }
  expect_failures = [var.generated]
}

run "a_zip_that_is_not_there" {
  command = plan
  variables {
    validate_zip = "./nothing.zip"
  }
  expect_failures = [var.validate_zip]
}

run "a_name_in_capitals" {
  command = plan
  variables {
    name = "Tags"
  }
  expect_failures = [var.name]
}

run "the_root_as_a_target" {
  command = plan
  variables {
    targets = ["r-abcd"]
  }
  expect_failures = [var.targets]
}

run "to_enforce_nowhere" {
  command = plan
  variables {
    enforce = true
    targets = []
  }
  expect_failures = [output.attached]
}

run "an_act_that_is_none" {
  command = plan
  variables {
    act = ["delete"]
  }
  expect_failures = [var.act]
}

run "defaults_by_name" {
  command = plan
  variables {
    account_defaults = { shop = { CostCenter = "X" } }
  }
  expect_failures = [var.account_defaults]
}

run "a_key_of_aws_s_own" {
  command = plan
  variables {
    creator_tag = "aws:createdBy"
  }
  expect_failures = [var.creator_tag]
}

run "a_mark_without_a_name" {
  command = plan
  variables {
    quarantine_tag = ""
  }
  expect_failures = [var.quarantine_tag]
}

run "services_by_their_endpoints" {
  command = plan
  variables {
    services = ["EC2"]
  }
  expect_failures = [var.services]
}

run "a_bus_with_spaces" {
  command = plan
  variables {
    event_bus = "my bus"
  }
  expect_failures = [var.event_bus]
}

run "members_of_no_organisation" {
  command = plan
  variables {
    members = { role_name = "x", organization_id = "acme" }
  }
  expect_failures = [var.members]
}

run "a_queue_as_chat" {
  command = plan
  variables {
    chat_topic_arn = "arn:aws:sqs:eu-west-1:123456789012:q"
  }
  expect_failures = [var.chat_topic_arn]
}

run "subscribers_without_an_address" {
  command = plan
  variables {
    subscribers = ["finops"]
  }
  expect_failures = [var.subscribers]
}

run "a_delay_that_sqs_refuses" {
  command = plan
  variables {
    delay_seconds = 1000
  }
  expect_failures = [var.delay_seconds]
}

run "no_concurrency" {
  command = plan
  variables {
    concurrency = 0
  }
  expect_failures = [var.concurrency]
}

run "no_time" {
  command = plan
  variables {
    timeout = 1
  }
  expect_failures = [var.timeout]
}

run "an_old_runtime" {
  command = plan
  variables {
    runtime = "python3.9"
  }
  expect_failures = [var.runtime]
}

run "days_that_logs_do_not_take" {
  command = plan
  variables {
    log_retention_days = 42
  }
  expect_failures = [var.log_retention_days]
}

run "a_boundary_by_name" {
  command = plan
  variables {
    permissions_boundary = "boundary"
  }
  expect_failures = [var.permissions_boundary]
}

run "refused_subnet_ids" {
  command = plan
  variables {
    subnet_ids         = ["private"]
    security_group_ids = ["sg-0a1b2c3d"]
  }
  expect_failures = [var.subnet_ids]
}

run "refused_security_group_ids" {
  command = plan
  variables {
    subnet_ids         = ["subnet-0a1b2c3d"]
    security_group_ids = ["default"]
  }
  expect_failures = [var.security_group_ids]
}

run "subnets_without_security_groups" {
  command = plan
  variables {
    subnet_ids = ["subnet-0a1b2c3d"]
  }
  expect_failures = [output.function_arn]
}
