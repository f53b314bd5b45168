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
  bucket           = "acme-costs"
  export           = { bucket = "acme-bills", prefix = "exports/apportion" }
  ingest_image_uri = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/apportion:1.0.0"
}

run "both_functions_run_once_at_a_time" {
  command = plan

  assert {
    condition     = aws_lambda_function.ingest.reserved_concurrent_executions == 1 && aws_lambda_function.report.reserved_concurrent_executions == 1
    error_message = "The ledger has one writer."
  }

  assert {
    condition     = aws_lambda_function.report.package_type == "Image" && one(aws_lambda_function.report.image_config).command[0] == "apportion.lambdas.report.main"
    error_message = "Without a zip, the report function runs from the image."
  }
}

run "a_zip_has_a_runtime" {
  command = plan

  variables {
    report_zip = "./versions.tf"
    runtime    = "python3.12"
  }

  assert {
    condition     = aws_lambda_function.report.package_type == "Zip" && aws_lambda_function.report.runtime == "python3.12" && aws_lambda_function.report.handler == "apportion.lambdas.report.main"
    error_message = "The report function is no zip."
  }
}

run "manifests_of_this_export_alone_start_it" {
  command = plan

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.manifest.event_pattern).detail == {
      bucket = { name = ["acme-bills"] }
      object = { key = [{ wildcard = "exports/apportion/*-Manifest.json" }] }
    }
    error_message = "The pattern is ${aws_cloudwatch_event_rule.manifest.event_pattern}."
  }
}

run "the_monthly_report_is_of_the_month_before" {
  command = plan

  assert {
    condition     = jsondecode(one(aws_scheduler_schedule.report["monthly"].target).input) == { months_ago = "1" }
    error_message = "The report is of ${one(aws_scheduler_schedule.report["monthly"].target).input}."
  }

  assert {
    condition     = join(" ", keys(aws_scheduler_schedule.report)) == "monthly weekly"
    error_message = "The schedules are ${join(", ", keys(aws_scheduler_schedule.report))}."
  }
}

run "traces_are_written_only_if_wanted" {
  command = plan

  variables {
    tracing = true
  }

  assert {
    condition     = strcontains(jsonencode(output.policies.ingest), "xray:PutTraceSegments") && aws_lambda_function.ingest.environment[0].variables.POWERTOOLS_TRACE_DISABLED == "false"
    error_message = "The policy is ${jsonencode(output.policies.ingest)}."
  }
}

run "mail_is_sent_only_by_who_sends_mail" {
  command = plan

  assert {
    condition     = !strcontains(jsonencode(output.policies), "ses:") && !strcontains(jsonencode(output.policies), "xray:")
    error_message = "Without `email` and `tracing`, no role may send mail or write traces."
  }
}

run "mail_is_sent_for_one_identity" {
  command = plan

  variables {
    email = { from = "costs@acme.example", to = ["finance@acme.example"] }
  }

  assert {
    condition     = strcontains(jsonencode(output.policies.report), "arn:aws:ses:eu-west-1:123456789012:identity/acme.example")
    error_message = "The policy is ${jsonencode(output.policies.report)}."
  }

  assert {
    condition     = !strcontains(jsonencode(output.policies.ingest), "ses:")
    error_message = "The ingest function sends no mail."
  }
}

run "keys_of_your_own" {
  command = plan

  variables {
    export      = { bucket = "acme-bills", prefix = "exports/apportion", kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:key/1" }
    kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:key/2"
  }

  assert {
    condition     = strcontains(jsonencode(output.policies.ingest), ":key/1") && strcontains(jsonencode(output.policies.ingest), ":key/2") && !strcontains(jsonencode(output.policies.report), ":key/1")
    error_message = "The policies are ${jsonencode(output.policies)}."
  }
}

run "queries_end_at_the_limit" {
  command = plan

  assert {
    condition     = one(aws_athena_workgroup.published.configuration).enforce_workgroup_configuration && one(aws_athena_workgroup.published.configuration).bytes_scanned_cutoff_per_query == 10737418240
    error_message = "The workgroup lets everything through."
  }
}

run "a_name_with_capitals" {
  command = plan
  variables {
    name = "Apportion"
  }
  expect_failures = [var.name]
}

run "a_bucket_with_dots" {
  command = plan
  variables {
    bucket = "acme.costs"
  }
  expect_failures = [var.bucket]
}

run "an_export_of_all_buckets" {
  command = plan
  variables {
    export = { bucket = "*", prefix = "exports" }
  }
  expect_failures = [var.export]
}

run "an_export_everywhere_in_a_bucket" {
  command = plan
  variables {
    export = { bucket = "acme-bills", prefix = "exports/*" }
  }
  expect_failures = [var.export]
}

run "an_image_without_a_tag" {
  command = plan
  variables {
    ingest_image_uri = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/apportion"
  }
  expect_failures = [var.ingest_image_uri]
}

run "an_image_that_lambda_cannot_run" {
  command = plan
  variables {
    ingest_image_uri = "docker.io/apportion:1"
  }
  expect_failures = [var.ingest_image_uri]
}

run "a_zip_that_is_not_there" {
  command = plan
  variables {
    report_zip = "./no.zip"
  }
  expect_failures = [var.report_zip]
}

run "a_runtime_that_is_too_old" {
  command = plan
  variables {
    runtime = "python3.9"
  }
  expect_failures = [var.runtime]
}

run "an_architecture_that_is_none" {
  command = plan
  variables {
    architecture = "m68k"
  }
  expect_failures = [var.architecture]
}

run "an_ingest_of_an_hour" {
  command = plan
  variables {
    ingest = { timeout = 3600 }
  }
  expect_failures = [var.ingest]
}

run "a_report_without_memory" {
  command = plan
  variables {
    report = { memory = 64 }
  }
  expect_failures = [var.report]
}

run "a_schedule_in_plain_words" {
  command = plan
  variables {
    schedules = { weekly = { expression = "every monday", input = {} } }
  }
  expect_failures = [var.schedules]
}

run "a_schedule_with_an_odd_name" {
  command = plan
  variables {
    schedules = { "Every Monday" = { expression = "rate(7 days)", input = {} } }
  }
  expect_failures = [var.schedules]
}

run "a_timezone_that_is_none" {
  command = plan
  variables {
    timezone = "Berlin, Germany"
  }
  expect_failures = [var.timezone]
}

run "a_sender_that_is_no_address" {
  command = plan
  variables {
    email = { from = "costs", to = ["finance@acme.example"] }
  }
  expect_failures = [var.email]
}

run "mail_to_nobody" {
  command = plan
  variables {
    email = { from = "costs@acme.example", to = [] }
  }
  expect_failures = [var.email]
}

run "every_identity" {
  command = plan
  variables {
    email_identity = "*"
  }
  expect_failures = [var.email_identity]
}

run "a_subscriber_that_is_no_address" {
  command = plan
  variables {
    subscribers = ["finance"]
  }
  expect_failures = [var.subscribers]
}

run "a_silence_of_a_month" {
  command = plan
  variables {
    days_without_ingest = 30
  }
  expect_failures = [var.days_without_ingest]
}

run "a_month_without_a_report" {
  command = plan
  variables {
    days_without_report = 30
  }
  expect_failures = [var.days_without_report]
}

run "logs_of_ten_days" {
  command = plan
  variables {
    log_retention_days = 10
  }
  expect_failures = [var.log_retention_days]
}

run "versions_of_half_a_day" {
  command = plan
  variables {
    keep_days = 0.5
  }
  expect_failures = [var.keep_days]
}

run "a_database_with_hyphens" {
  command = plan
  variables {
    database = "apportion-prod"
  }
  expect_failures = [var.database]
}

run "a_limit_that_athena_refuses" {
  command = plan
  variables {
    bytes_scanned_limit = 1000
  }
  expect_failures = [var.bytes_scanned_limit]
}

run "a_key_by_its_alias" {
  command = plan
  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:alias/costs"
  }
  expect_failures = [var.kms_key_arn]
}

run "a_schedule_that_tells_what_nobody_reads" {
  command = plan
  variables {
    schedules = { weekly = { expression = "rate(7 days)", input = { month = "2026-09" } } }
  }
  expect_failures = [var.schedules]
}

run "access_logs_go_where_they_cannot" {
  command = plan
  variables {
    log_bucket = "Not A Bucket"
  }
  expect_failures = [var.log_bucket]
}

run "manifests_start_nothing_where_a_schedule_does_it" {
  command = plan
  variables {
    ingest_by_manifest = false
  }

  assert {
    condition     = aws_cloudwatch_event_rule.manifest.state == "DISABLED" && join(" ", keys(aws_cloudwatch_metric_alarm.silence)) == "report"
    error_message = "The rule is ${aws_cloudwatch_event_rule.manifest.state}."
  }
}

run "without_subnets_lambda_s_own_network" {
  command = plan

  assert {
    condition     = length(aws_lambda_function.ingest.vpc_config) == 0 && !strcontains(jsonencode(output.policies), "ec2:")
    error_message = "The functions are in a VPC, or may be attached to one."
  }
}

run "with_subnets_both_functions_run_in_them" {
  command = plan

  variables {
    subnet_ids         = ["subnet-0a1b2c3d"]
    security_group_ids = ["sg-0a1b2c3d"]
  }

  assert {
    condition     = one(aws_lambda_function.ingest.vpc_config).subnet_ids == toset(["subnet-0a1b2c3d"]) && one(aws_lambda_function.report.vpc_config).security_group_ids == toset(["sg-0a1b2c3d"])
    error_message = "The functions are not in the VPC."
  }

  assert {
    condition = alltrue([for key in ["ingest", "report"] : length([
      for one in output.policies[key].Statement : one if contains(flatten([one.Action]), "ec2:CreateNetworkInterface")
    ]) == 2])
    error_message = "The policies are ${jsonencode(output.policies)}."
  }
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
  expect_failures = [output.function_arns]
}
