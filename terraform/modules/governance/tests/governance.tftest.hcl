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
  generated    = "./tests/generated"
  validate_zip = "./versions.tf"
  targets      = ["ou-abcd-12345678"]
}

run "it_reports_first" {
  command = plan

  assert {
    condition     = length(aws_organizations_policy.control) == 2 && length(aws_organizations_policy_attachment.control) == 0
    error_message = "Control policies are made to be read, and attached to nothing."
  }

  assert {
    condition     = output.attached.tag_policy == ["ou-abcd-12345678"]
    error_message = "The tag policy reports: it is attached."
  }

  assert {
    condition     = aws_lambda_function.validate.environment[0].variables.APPORTION_ACT == ""
    error_message = "The function only reports."
  }

  assert {
    condition     = !strcontains(jsonencode(output.policy), "TagResources")
    error_message = "A function that only reports may not tag: ${jsonencode(output.policy)}"
  }
}

run "it_enforces_when_that_is_wanted" {
  command = plan

  variables {
    enforce = true
    targets = ["ou-abcd-12345678", "111111111111"]
  }

  assert {
    condition     = join(", ", output.attached.control_policies) == "scp-create-1.json 111111111111, scp-create-1.json ou-abcd-12345678, scp-protect.json 111111111111, scp-protect.json ou-abcd-12345678"
    error_message = "Attached are ${jsonencode(output.attached.control_policies)}."
  }
}

run "a_member_account_has_no_policies_of_the_organisation" {
  command = plan

  variables {
    organization = false
  }

  assert {
    condition     = length(aws_organizations_policy.control) == 0 && length(aws_organizations_policy.tags) == 0 && length(aws_organizations_policy_attachment.tags) == 0
    error_message = "Only the management account can make them."
  }
}

run "who_tags_may_tag_in_this_account" {
  command = plan

  variables {
    act         = ["notify", "tag"]
    creator_tag = "CreatedBy"
  }

  assert {
    condition     = strcontains(jsonencode(output.policy), "tag:TagResources") && strcontains(jsonencode(output.policy), "\"aws:ResourceAccount\":\"123456789012\"")
    error_message = "The policy is ${jsonencode(output.policy)}."
  }
}

run "a_role_of_members_is_taken_in_one_organisation" {
  command = plan

  variables {
    members = { role_name = "apportion-tagger", organization_id = "o-a1b2c3d4e5" }
  }

  assert {
    condition     = strcontains(jsonencode(output.policy), "arn:aws:iam::*:role/apportion-tagger") && strcontains(jsonencode(output.policy), "\"aws:ResourceOrgID\":\"o-a1b2c3d4e5\"")
    error_message = "The policy is ${jsonencode(output.policy)}."
  }
}

run "events_come_again_five_times_and_then_wait" {
  command = plan

  assert {
    condition     = jsondecode(aws_sqs_queue.events.redrive_policy) == { deadLetterTargetArn = "arn:aws:sqs:eu-west-1:123456789012:apportion-tags-failed", maxReceiveCount = 5 }
    error_message = "The redrive policy is ${aws_sqs_queue.events.redrive_policy}."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.events.function_response_types == toset(["ReportBatchItemFailures"]) && aws_lambda_function.validate.reserved_concurrent_executions == 5
    error_message = "Of a batch only what failed comes again."
  }

  assert {
    condition     = length(aws_cloudwatch_event_rule.created.event_pattern) <= 2048
    error_message = "EventBridge takes 2,048 characters of a pattern."
  }
}

run "only_aws_s_own_events_of_this_account_are_taken" {
  command = plan

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.created.event_pattern).source == [{ prefix = "aws." }] && jsondecode(aws_cloudwatch_event_rule.created.event_pattern).account == ["123456789012"]
    error_message = "The pattern is ${aws_cloudwatch_event_rule.created.event_pattern}."
  }
}

run "events_of_members_are_taken_too" {
  command = plan

  variables {
    members = { role_name = "apportion-tagger", organization_id = "o-a1b2c3d4e5" }
  }

  assert {
    condition     = !can(jsondecode(aws_cloudwatch_event_rule.created.event_pattern).account) && jsondecode(aws_cloudwatch_event_rule.created.event_pattern).source == [{ prefix = "aws." }]
    error_message = "The pattern is ${aws_cloudwatch_event_rule.created.event_pattern}."
  }
}

run "in_subnets_lambda_alone_changes_interfaces" {
  command = plan

  variables {
    subnet_ids         = ["subnet-0a1b2c3d"]
    security_group_ids = ["sg-0a1b2c3d"]
  }

  assert {
    condition     = one(aws_lambda_function.validate.vpc_config).subnet_ids == toset(["subnet-0a1b2c3d"])
    error_message = "The function is not in the VPC."
  }

  assert {
    condition     = [for one in output.policy.Statement : one if one.Effect == "Deny"][0].Condition.ArnEquals["lambda:SourceFunctionArn"] == "arn:aws:lambda:eu-west-1:123456789012:function:apportion-tags"
    error_message = "The policy is ${jsonencode(output.policy)}."
  }
}
