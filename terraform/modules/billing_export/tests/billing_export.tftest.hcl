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
  bucket = "acme-bills"
}

run "every_column_is_named" {
  command = plan

  assert {
    condition     = !strcontains(one(one(aws_bcmdataexports_export.bill.export).data_query).query_statement, "*")
    error_message = "AWS refuses SELECT *."
  }

  assert {
    condition     = length(one(one(aws_bcmdataexports_export.bill.export).data_query).query_statement) <= 36000
    error_message = "AWS takes 36000 characters."
  }
}

run "focus_has_its_own_table_and_columns" {
  command = plan

  variables {
    table = "focus-1.2"
  }

  assert {
    condition     = endswith(one(one(aws_bcmdataexports_export.bill.export).data_query).query_statement, "FROM FOCUS_1_2_AWS")
    error_message = "The statement is ${one(one(aws_bcmdataexports_export.bill.export).data_query).query_statement}."
  }
}

run "split_cost_has_columns_of_its_own" {
  command = plan

  variables {
    split_cost_allocation = true
  }

  assert {
    condition     = strcontains(one(one(aws_bcmdataexports_export.bill.export).data_query).query_statement, "split_line_item_split_cost")
    error_message = "The statement has no columns of split cost."
  }
}

run "a_bucket_in_upper_case" {
  command = plan
  variables {
    bucket = "Acme"
  }
  expect_failures = [var.bucket]
}

run "a_bucket_with_dots" {
  command = plan
  variables {
    bucket = "acme.bills"
  }
  expect_failures = [var.bucket]
}

run "a_prefix_with_a_slash_at_its_end" {
  command = plan
  variables {
    prefix = "exports/"
  }
  expect_failures = [var.prefix]
}

run "a_name_with_spaces" {
  command = plan
  variables {
    name = "my export"
  }
  expect_failures = [var.name]
}

run "a_table_that_is_none" {
  command = plan
  variables {
    table = "cur-1.0"
  }
  expect_failures = [var.table]
}

run "a_granularity_that_is_none" {
  command = plan
  variables {
    time_granularity = "WEEKLY"
  }
  expect_failures = [var.time_granularity]
}

run "split_cost_of_focus" {
  command = plan
  variables {
    split_cost_allocation = true
    table                 = "focus-1.2"
  }
  expect_failures = [aws_bcmdataexports_export.bill]
}

run "versions_that_go_before_a_month_is_final" {
  command = plan
  variables {
    keep_days = 14
  }
  expect_failures = [var.keep_days]
}

run "half_a_day" {
  command = plan
  variables {
    keep_days = 20.5
  }
  expect_failures = [var.keep_days]
}

run "a_key_by_its_alias" {
  command = plan
  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:alias/bills"
  }
  expect_failures = [var.kms_key_arn]
}

run "any_reader" {
  command = plan
  variables {
    reader_arns = ["*"]
  }
  expect_failures = [var.reader_arns]
}

run "access_logs_go_where_they_cannot" {
  command = plan
  variables {
    log_bucket = "Not A Bucket"
  }
  expect_failures = [var.log_bucket]
}
