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
  trusted = ["arn:aws:iam::123456789012:role/finops"]
}

run "three_actions_none_of_which_writes" {
  command = plan

  assert {
    condition     = join(" ", output.actions) == "ce:GetCostAndUsage ce:GetCostAndUsageWithResources ce:GetTags"
    error_message = "The role may ${join(", ", output.actions)}."
  }
}

run "exports_are_read_where_they_lie" {
  command = plan

  variables {
    read_export = { bucket = "acme-bills", prefix = "exports/apportion" }
  }

  assert {
    condition     = strcontains(aws_iam_role_policy.reader["export-reader"].policy, "arn:aws:s3:::acme-bills/exports/apportion/*")
    error_message = "The policy is ${aws_iam_role_policy.reader["export-reader"].policy}."
  }

  assert {
    condition     = !contains(output.actions, "kms:Decrypt")
    error_message = "Without a key there is nothing to decrypt."
  }
}

run "accounts_are_read_where_wanted" {
  command = plan

  variables {
    read_accounts = true
  }

  assert {
    condition     = contains(output.actions, "organizations:ListAccounts") && length([for action in output.actions : action if !can(regex(":(Get|List|Describe)", action))]) == 0
    error_message = "The role may ${join(", ", output.actions)}."
  }
}

run "with_a_key_of_its_own" {
  command = plan

  variables {
    read_export = { bucket = "acme-bills", prefix = "exports/apportion", kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:key/1" }
  }

  assert {
    condition     = contains(output.actions, "kms:Decrypt")
    error_message = "The role may ${join(", ", output.actions)}."
  }
}

run "a_stranger_says_the_external_id" {
  command = plan

  variables {
    trusted     = ["arn:aws:iam::111111111111:role/finops"]
    external_id = "f7a1-acme"
  }

  assert {
    condition     = jsondecode(aws_iam_role.reader.assume_role_policy).Statement[0].Principal.AWS == ["arn:aws:iam::111111111111:role/finops"]
    error_message = "The trust policy is ${aws_iam_role.reader.assume_role_policy}."
  }

  assert {
    condition     = jsondecode(aws_iam_role.reader.assume_role_policy).Statement[0].Condition.StringEquals["sts:ExternalId"] == "f7a1-acme"
    error_message = "The trust policy is ${aws_iam_role.reader.assume_role_policy}."
  }
}

run "a_role_of_another_account_without_an_external_id" {
  command = plan
  variables {
    trusted = ["arn:aws:iam::111111111111:role/finops"]
  }
  expect_failures = [aws_iam_role.reader]
}

run "an_account_as_a_whole_is_trusted" {
  command = plan
  variables {
    trusted = ["111111111111"]
  }
  expect_failures = [var.trusted]
}

run "its_root_is_trusted" {
  command = plan
  variables {
    trusted = ["arn:aws:iam::111111111111:root"]
  }
  expect_failures = [var.trusted]
}

run "nobody_is_trusted" {
  command = plan
  variables {
    trusted = []
  }
  expect_failures = [var.trusted]
}

run "everybody_is_trusted" {
  command = plan
  variables {
    trusted = ["*"]
  }
  expect_failures = [var.trusted]
}

run "any_role_is_trusted" {
  command = plan
  variables {
    trusted = ["arn:aws:iam::111111111111:role/*"]
  }
  expect_failures = [var.trusted]
}

run "an_external_id_with_spaces" {
  command = plan
  variables {
    external_id = "not so secret"
  }
  expect_failures = [var.external_id]
}

run "all_of_a_bucket" {
  command = plan
  variables {
    read_export = { bucket = "acme-bills", prefix = "*" }
  }
  expect_failures = [var.read_export]
}

run "all_buckets" {
  command = plan
  variables {
    read_export = { bucket = "*", prefix = "exports" }
  }
  expect_failures = [var.read_export]
}

run "a_name_that_iam_refuses" {
  command = plan
  variables {
    name = "cost reader"
  }
  expect_failures = [var.name]
}

run "a_session_of_a_week" {
  command = plan
  variables {
    max_session_duration = 604800
  }
  expect_failures = [var.max_session_duration]
}
