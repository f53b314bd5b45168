# The function that judges what is created: events wait in a queue, and come again when it fails.

resource "aws_cloudwatch_event_rule" "created" {
  name           = var.name
  description    = "CloudTrail: resources were created, or their tags changed"
  event_bus_name = var.event_bus
  tags           = var.tags

  # Only AWS itself may send events whose source begins with `aws.`.
  event_pattern = jsonencode(merge(
    {
      source        = [{ prefix = "aws." }]
      "detail-type" = ["AWS API Call via CloudTrail"]
      detail = {
        eventSource = [for service in var.services : "${service}.amazonaws.com"]
        eventName   = local.event_names
        errorCode   = [{ exists = false }]
      }
    },
    var.members == null ? { account = [local.account] } : {},
  ))
}

locals {
  rule_arn = "arn:${local.partition}:events:${local.region}:${local.account}:rule/${var.event_bus == "default" ? "" : "${var.event_bus}/"}${var.name}"

  event_names = concat(
    [for prefix in ["Create", "Run", "Allocate", "Restore", "Tag", "Untag", "AddTags", "RemoveTags", "DeleteTags", "PutBucketTagging"] : { prefix = prefix }],
    ["CopySnapshot", "RequestCertificate"],
  )
}

resource "aws_cloudwatch_event_target" "queue" {
  rule           = aws_cloudwatch_event_rule.created.name
  event_bus_name = var.event_bus
  target_id      = "queue"
  arn            = aws_sqs_queue.events.arn
}

# Programs tag what they made by a second call: events wait until that is over.
resource "aws_sqs_queue" "events" {
  name                       = "${var.name}-events"
  delay_seconds              = var.delay_seconds
  visibility_timeout_seconds = 6 * var.timeout
  message_retention_seconds  = 345600
  sqs_managed_sse_enabled    = true
  tags                       = var.tags

  redrive_policy = jsonencode({ deadLetterTargetArn = local.failed_arn, maxReceiveCount = 5 })
}

resource "aws_sqs_queue" "failed" {
  name                      = "${var.name}-failed"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
  tags                      = var.tags
}

resource "aws_sqs_queue_policy" "events" {
  queue_url = aws_sqs_queue.events.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = local.events_arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "EventsOfTheRule"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = local.events_arn
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account }
          ArnEquals    = { "aws:SourceArn" = local.rule_arn }
        }
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_lambda_function" "validate" {
  function_name    = var.name
  description      = "Validates the tags of created resources"
  role             = module.role.arn
  package_type     = "Zip"
  filename         = var.validate_zip
  source_code_hash = filebase64sha256(var.validate_zip)
  runtime          = var.runtime
  handler          = "apportion.lambdas.validate_tags.main"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = var.timeout
  tags             = var.tags

  # More at once would only be throttled by the tagging API.
  reserved_concurrent_executions = var.concurrency

  environment {
    variables = {
      APPORTION_TABLE          = local.names.table
      APPORTION_ACT            = join(",", var.act)
      APPORTION_TOPIC          = local.topic_arn
      APPORTION_CHAT_TOPIC     = local.names.chat_topic
      APPORTION_CREATOR_TAG    = var.creator_tag
      APPORTION_QUARANTINE_TAG = var.quarantine_tag
      APPORTION_MEMBER_ROLE    = try(var.members.role_name, "")
      APPORTION_ACCOUNT        = local.account
      APPORTION_LEASE          = tostring(var.timeout + 30)
    }
  }

  dynamic "vpc_config" {
    for_each = length(var.subnet_ids) == 0 ? [] : [1]

    content {
      subnet_ids         = var.subnet_ids
      security_group_ids = var.security_group_ids
    }
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.function.name
  }
}

resource "aws_lambda_event_source_mapping" "events" {
  event_source_arn                   = aws_sqs_queue.events.arn
  function_name                      = aws_lambda_function.validate.function_name
  batch_size                         = 10
  maximum_batching_window_in_seconds = 20
  function_response_types            = ["ReportBatchItemFailures"]
  tags                               = var.tags
}

# Remembers which events were judged, and holds the tag policy, which may be larger than what a
# function's environment takes.
resource "aws_dynamodb_table" "events" {
  name         = local.names.table
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  tags         = var.tags

  attribute {
    name = "id"
    type = "S"
  }

  ttl {
    attribute_name = "expiration"
    enabled        = true
  }
}

resource "aws_dynamodb_table_item" "policy" {
  table_name = aws_dynamodb_table.events.name
  hash_key   = "id"

  item = jsonencode({
    id       = { S = "policy" }
    policy   = { S = file("${var.generated}/policy.json") }
    defaults = { S = jsonencode(var.account_defaults) }
  })
}
