# Owners and alarms publish to one topic; subscriptions filter by the attributes owner, creator and account.

locals {
  alarms = {
    "${var.name}-errors" = {
      description = "The function that validates tags failed; its log shows why. Events are retried five times."
      namespace   = "AWS/Lambda"
      metric      = "Errors"
      dimensions  = { FunctionName = var.name }
      statistic   = "Sum"
      threshold   = 0
    }
    "${var.name}-failed-events" = {
      description = "Events failed after all retries and are in the queue ${var.name}-failed. Find the cause in the log, then start a redrive."
      namespace   = "AWS/SQS"
      metric      = "ApproximateNumberOfMessagesVisible"
      dimensions  = { QueueName = "${var.name}-failed" }
      statistic   = "Maximum"
      threshold   = 0
    }
    "${var.name}-late" = {
      description = "Events have waited for more than an hour. Look at errors and throttles of the function."
      namespace   = "AWS/SQS"
      metric      = "ApproximateAgeOfOldestMessage"
      dimensions  = { QueueName = "${var.name}-events" }
      statistic   = "Maximum"
      threshold   = 3600
    }
    "${var.name}-throttled" = {
      description = "There are more events than the function may process at once. Raise `concurrency`, or name fewer services."
      namespace   = "AWS/Lambda"
      metric      = "Throttles"
      dimensions  = { FunctionName = var.name }
      statistic   = "Sum"
      threshold   = 100
    }
  }
}

module "alerts" {
  source = "../alerts"

  name        = var.name
  subscribers = var.subscribers
  alarms      = local.alarms
  tags        = var.tags

  publishers = {
    AlarmsNotify = {
      service    = "cloudwatch.amazonaws.com"
      source_arn = "arn:${local.partition}:cloudwatch:${local.region}:${local.account}:alarm:${var.name}-*"
    }
  }
}
