# Findings and alarms go to one topic.

resource "aws_sns_topic" "findings" {
  name = var.name
  tags = var.tags
}

resource "aws_sns_topic_policy" "findings" {
  arn = aws_sns_topic.findings.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = local.topic_arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "AlarmsTell"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = local.topic_arn
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account }
          ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:cloudwatch:${local.region}:${local.account}:alarm:${var.name}-*" }
        }
      },
    ]
  })
}

resource "aws_sns_topic_subscription" "mail" {
  for_each = toset(var.subscribers)

  topic_arn = aws_sns_topic.findings.arn
  protocol  = "email"
  endpoint  = each.value
}

locals {
  quiet_days = { ingest = var.days_without_ingest, report = var.days_without_report }
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  for_each = local.functions

  alarm_name          = "${each.value.name}-errors"
  alarm_description   = "The ${each.key} function failed: its log says why. Nothing half-done was published."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = each.value.name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.findings.arn]
  ok_actions          = [aws_sns_topic.findings.arn]
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "failed_events" {
  for_each = local.functions

  alarm_name          = "${each.value.name}-failed-events"
  alarm_description   = "Events of the ${each.key} function failed to the end and wait in ${each.value.name}-failed. Find the cause in its log, then start them again."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = "${each.value.name}-failed" }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.findings.arn]
  ok_actions          = [aws_sns_topic.findings.arn]
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "silence" {
  for_each = { for key, one in local.functions : key => one if key != "ingest" || var.ingest_by_manifest }

  alarm_name          = "${each.value.name}-silence"
  alarm_description   = "The ${each.key} function has not run well for ${local.quiet_days[each.key]} days. Look whether the export is delivered and the schedule is on."
  evaluation_periods  = local.quiet_days[each.key]
  datapoints_to_alarm = local.quiet_days[each.key]
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.findings.arn]
  ok_actions          = [aws_sns_topic.findings.arn]
  tags                = var.tags

  metric_query {
    id          = "well"
    label       = "runs without error"
    expression  = "FILL(runs, 0) - FILL(errors, 0)"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { runs = "Invocations", errors = "Errors" }

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/Lambda"
        metric_name = metric_query.value
        dimensions  = { FunctionName = each.value.name }
        stat        = "Sum"
        period      = 86400
      }
    }
  }
}

# A month that grows toward the time limit is told before it reaches it.
resource "aws_cloudwatch_metric_alarm" "slow" {
  for_each = local.functions

  alarm_name          = "${each.value.name}-slow"
  alarm_description   = "The ${each.key} function took more than four fifths of its ${each.value.settings.timeout} seconds. Give it more memory, or run it in Fargate."
  namespace           = "AWS/Lambda"
  metric_name         = "Duration"
  dimensions          = { FunctionName = each.value.name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = each.value.settings.timeout * 800
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.findings.arn]
  tags                = var.tags
}
