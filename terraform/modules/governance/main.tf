# What `apportion tags generate` wrote, put to work: reported first, enforced when that is wanted.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.region

  # ARNs are made of names, so that every policy can be read in the plan.
  events_arn   = "arn:${local.partition}:sqs:${local.region}:${local.account}:${var.name}-events"
  failed_arn   = "arn:${local.partition}:sqs:${local.region}:${local.account}:${var.name}-failed"
  function_arn = "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}"
  topic_arn    = "arn:${local.partition}:sns:${local.region}:${local.account}:${var.name}"

  files = sort(fileset(var.generated, "scp-*.json"))
}

# The control policies are always there, so that they can be read and simulated; they deny nothing
# until they are attached.
resource "aws_organizations_policy" "control" {
  for_each = toset(var.organization ? local.files : [])

  name        = "${var.name}-${trimsuffix(each.value, ".json")}"
  description = "Denies creation without the tags of the tag policy"
  type        = "SERVICE_CONTROL_POLICY"
  content     = trimspace(file("${var.generated}/${each.value}"))
  tags        = var.tags
}

resource "aws_organizations_policy_attachment" "control" {
  for_each = { for pair in setproduct(var.enforce && var.organization ? local.files : [], var.targets) : "${pair[0]} ${pair[1]}" => pair }

  policy_id = aws_organizations_policy.control[each.value[0]].id
  target_id = each.value[1]
}

# The tag policy reports, and never denies as it is generated: it is attached in both modes.
resource "aws_organizations_policy" "tags" {
  count = var.organization ? 1 : 0

  name        = "${var.name}-tags"
  description = "Keys and values of the tag policy, reported"
  type        = "TAG_POLICY"
  content     = trimspace(file("${var.generated}/tag-policy.json"))
  tags        = var.tags
}

resource "aws_organizations_policy_attachment" "tags" {
  for_each = toset(var.organization ? var.targets : [])

  policy_id = aws_organizations_policy.tags[0].id
  target_id = each.value
}

locals {
  rules = { for rule in jsondecode(file("${var.generated}/config-rules.json")) : rule.name => rule }
}

resource "aws_config_config_rule" "required" {
  for_each = { for name, rule in local.rules : name => rule if var.config_rules }

  name             = "${var.name}-${each.key}"
  description      = "Resources without the mandatory tags"
  input_parameters = jsonencode(each.value.parameters)
  tags             = var.tags

  source {
    owner             = "AWS"
    source_identifier = each.value.source
  }
}
