# A service of another team: other values of the same tags, and its own tag `Service` on each resource.

module "api_tags" {
  source = "../../modules/tags"

  environment = "prod"
  cost_center = "RET-200"
  project     = "shop"
  owner       = "shop@example.com"
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  account = data.aws_caller_identity.current.account_id
}

resource "aws_cloudwatch_log_group" "api" {
  name              = "/aws/lambda/shop-api"
  retention_in_days = 30
  tags              = merge(module.api_tags.tags, { Service = "api" })
}

resource "aws_iam_role" "api" {
  name = "shop-api"
  tags = merge(module.api_tags.tags, { Service = "api" })

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnEquals    = { "aws:SourceArn" = "arn:${data.aws_partition.current.partition}:lambda:${var.region}:${local.account}:function:shop-api" }
      }
    }]
  })
}

resource "aws_lambda_function" "api" {
  function_name = "shop-api"
  role          = aws_iam_role.api.arn
  package_type  = "Image"
  image_uri     = var.api_image_uri
  tags          = merge(module.api_tags.tags, { Service = "api" })

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.api.name
  }
}

resource "aws_dynamodb_table" "orders" {
  name         = "shop-orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  tags         = merge(module.api_tags.tags, { Service = "orders" })

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_sqs_queue" "orders" {
  name                      = "shop-orders"
  message_retention_seconds = 345600
  tags                      = merge(module.api_tags.tags, { Service = "orders" })
}
