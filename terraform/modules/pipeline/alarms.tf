# Findings and alarms go to one topic.

locals {
  quiet_days = { ingest = var.days_without_ingest, report = var.days_without_report }

  alarms = [for key, one in local.functions : {
    "${one.name}-errors" = {
      description     = "The ${key} function failed; its log shows why. No partial result was published."
      namespace       = "AWS/Lambda"
      metric          = "Errors"
      dimensions      = { FunctionName = one.name }
      statistic       = "Sum"
      threshold       = 0
      report_recovery = true
    }
    "${one.name}-failed-events" = {
      description     = "Events of the ${key} function failed after all retries and are in the queue ${one.name}-failed. Find the cause in its log, then start them again."
      namespace       = "AWS/SQS"
      metric          = "ApproximateNumberOfMessagesVisible"
      dimensions      = { QueueName = "${one.name}-failed" }
      statistic       = "Maximum"
      threshold       = 0
      report_recovery = true
    }
    # Goes off before a growing month reaches the time limit.
    "${one.name}-slow" = {
      description     = "The ${key} function took more than four fifths of its ${one.settings.timeout} seconds. Give it more memory, or run it in Fargate."
      namespace       = "AWS/Lambda"
      metric          = "Duration"
      dimensions      = { FunctionName = one.name }
      statistic       = "Maximum"
      threshold       = one.settings.timeout * 800
      report_recovery = false
    }
  }]
}

module "alerts" {
  source = "../alerts"

  name        = var.name
  subscribers = var.subscribers
  alarms      = merge(local.alarms...)
  tags        = var.tags

  publishers = {
    AlarmsNotify = {
      service    = "cloudwatch.amazonaws.com"
      source_arn = "arn:${local.partition}:cloudwatch:${local.region}:${local.account}:alarm:${var.name}-*"
    }
  }
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
  alarm_actions       = [module.alerts.topic_arn]
  ok_actions          = [module.alerts.topic_arn]
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
