# Owners and alarms are told by one topic; subscriptions filter by the attributes owner, creator and account.

resource "aws_sns_topic" "told" {
  name = var.name
  tags = var.tags
}

resource "aws_sns_topic_policy" "told" {
  arn = aws_sns_topic.told.arn
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

  topic_arn = aws_sns_topic.told.arn
  protocol  = "email"
  endpoint  = each.value
}

locals {
  alarms = {
    errors = {
      namespace  = "AWS/Lambda", metric = "Errors", statistic = "Sum", threshold = 0
      dimensions = { FunctionName = var.name }
      told       = "The function that judges tags failed: its log says why. Events come again five times."
    }
    failed-events = {
      namespace  = "AWS/SQS", metric = "ApproximateNumberOfMessagesVisible", statistic = "Maximum", threshold = 0
      dimensions = { QueueName = "${var.name}-failed" }
      told       = "Events failed to the end and wait in ${var.name}-failed. Find the cause in the log, then start a redrive."
    }
    late = {
      namespace  = "AWS/SQS", metric = "ApproximateAgeOfOldestMessage", statistic = "Maximum", threshold = 3600
      dimensions = { QueueName = "${var.name}-events" }
      told       = "Events wait for more than an hour. Look at errors and throttles of the function."
    }
    throttled = {
      namespace  = "AWS/Lambda", metric = "Throttles", statistic = "Sum", threshold = 100
      dimensions = { FunctionName = var.name }
      told       = "More events come than the function may judge at once. Raise `concurrency`, or name fewer services."
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "function" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.told
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = 300
  evaluation_periods  = 1
  threshold           = each.value.threshold
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.told.arn]
  ok_actions          = [aws_sns_topic.told.arn]
  tags                = var.tags
}
