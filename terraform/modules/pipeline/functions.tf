resource "aws_cloudwatch_log_group" "function" {
  for_each = local.functions

  name              = "/aws/lambda/${each.value.name}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_lambda_function" "ingest" {
  function_name = local.functions.ingest.name
  description   = "Ingests a month when its manifest arrives, allocates, proves and publishes it"
  role          = module.function_role["ingest"].arn
  package_type  = "Image"
  image_uri     = var.ingest_image_uri
  architectures = [var.architecture]
  memory_size   = var.ingest.memory
  timeout       = var.ingest.timeout
  tags          = var.tags

  # The ledger has one writer.
  reserved_concurrent_executions = 1

  image_config {
    command = ["apportion.lambdas.ingest.main"]
  }

  ephemeral_storage {
    size = var.ingest.disk
  }

  environment {
    variables = merge(local.environments.ingest, local.powertools.ingest)
  }

  dynamic "vpc_config" {
    for_each = length(var.subnet_ids) == 0 ? [] : [1]

    content {
      subnet_ids         = var.subnet_ids
      security_group_ids = var.security_group_ids
    }
  }

  dead_letter_config {
    target_arn = aws_sqs_queue.failed["ingest"].arn
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.function["ingest"].name
  }

  tracing_config {
    mode = var.tracing ? "Active" : "PassThrough"
  }
}

resource "aws_lambda_function" "report" {
  function_name    = local.functions.report.name
  description      = "Delivers the weekly and monthly reports"
  role             = module.function_role["report"].arn
  package_type     = var.report_zip == null ? "Image" : "Zip"
  image_uri        = var.report_zip == null ? var.ingest_image_uri : null
  filename         = var.report_zip
  source_code_hash = var.report_zip == null ? null : filebase64sha256(var.report_zip)
  runtime          = var.report_zip == null ? null : var.runtime
  handler          = var.report_zip == null ? null : "apportion.lambdas.report.main"
  architectures    = [var.architecture]
  memory_size      = var.report.memory
  timeout          = var.report.timeout
  tags             = var.tags

  # One report at a time: a retry waits for the one before it.
  reserved_concurrent_executions = 1

  dynamic "image_config" {
    for_each = var.report_zip == null ? [1] : []

    content {
      command = ["apportion.lambdas.report.main"]
    }
  }

  ephemeral_storage {
    size = var.report.disk
  }

  environment {
    variables = merge(local.environments.report, local.powertools.report)
  }

  dynamic "vpc_config" {
    for_each = length(var.subnet_ids) == 0 ? [] : [1]

    content {
      subnet_ids         = var.subnet_ids
      security_group_ids = var.security_group_ids
    }
  }

  dead_letter_config {
    target_arn = aws_sqs_queue.failed["report"].arn
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.function["report"].name
  }

  tracing_config {
    mode = var.tracing ? "Active" : "PassThrough"
  }
}

# Events that wait for the one before them are kept for six hours, and tried twice more when they fail.
resource "aws_lambda_function_event_invoke_config" "function" {
  for_each = { ingest = aws_lambda_function.ingest.function_name, report = aws_lambda_function.report.function_name }

  function_name                = each.value
  maximum_event_age_in_seconds = 21600
  maximum_retry_attempts       = 2
}
