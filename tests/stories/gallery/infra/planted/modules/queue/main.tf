variable "names" { type = set(string) }

resource "aws_sqs_queue" "this" {
  for_each = var.names
  name     = each.key

  tags = { # wants T041 CostCenter
    Name       = each.key
    CostCenter = upper(each.key) == "AUDIT" ? "AUDIT" : "FIN-100"
  }
}
