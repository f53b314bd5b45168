variable "names" {
  type = map(object({ center = string }))
}

resource "aws_sqs_queue" "this" {
  for_each = var.names
  name     = each.key
  tags     = { CostCenter = each.value.center }
}
