# What starts the functions, and the queues of failed events.

resource "aws_cloudwatch_event_rule" "manifest" {
  name        = "${var.name}-manifest"
  description = "AWS has delivered a month of the bill: the manifest is written after all its files"
  state       = var.ingest_by_manifest ? "ENABLED" : "DISABLED"
  tags        = var.tags

  event_pattern = jsonencode({
    source        = ["aws.s3"]
    "detail-type" = ["Object Created"]
    detail = {
      bucket = { name = [var.export.bucket] }
      object = { key = [{ wildcard = "${var.export.prefix}/*-Manifest.json" }] }
    }
  })
}

resource "aws_cloudwatch_event_target" "ingest" {
  rule      = aws_cloudwatch_event_rule.manifest.name
  target_id = "ingest"
  arn       = aws_lambda_function.ingest.arn

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }

  dead_letter_config {
    arn = aws_sqs_queue.failed["ingest"].arn
  }
}

resource "aws_lambda_permission" "manifest" {
  statement_id   = "manifest"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.ingest.function_name
  principal      = "events.amazonaws.com"
  source_account = local.account
  source_arn     = aws_cloudwatch_event_rule.manifest.arn
}

resource "aws_scheduler_schedule_group" "reports" {
  name = var.name
  tags = var.tags
}

resource "aws_scheduler_schedule" "report" {
  for_each = var.schedules

  name                         = "${var.name}-${each.key}"
  description                  = "Apportion: the ${each.key} report"
  group_name                   = aws_scheduler_schedule_group.reports.name
  schedule_expression          = each.value.expression
  schedule_expression_timezone = var.timezone

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_lambda_function.report.arn
    role_arn = module.schedule_role.arn

    input = jsonencode(each.value.input)

    retry_policy {
      maximum_event_age_in_seconds = 21600
      maximum_retry_attempts       = 10
    }

    dead_letter_config {
      arn = aws_sqs_queue.failed["report"].arn
    }
  }
}

resource "aws_sqs_queue" "failed" {
  for_each = local.functions

  name                      = "${each.value.name}-failed"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
  tags                      = var.tags
}

resource "aws_sqs_queue_policy" "failed" {
  for_each = local.functions

  queue_url = aws_sqs_queue.failed[each.key].url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = local.queue_arns[each.key]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }],
      [for rule in each.key == "ingest" ? [aws_cloudwatch_event_rule.manifest.name] : [] : {
        Sid       = "EventsThatCouldNotBeDelivered"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = local.queue_arns[each.key]
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account }
          ArnEquals    = { "aws:SourceArn" = "arn:${local.partition}:events:${local.region}:${local.account}:rule/${rule}" }
        }
      }],
    )
  })
}
