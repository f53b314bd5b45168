variable "generated" {
  description = "Folder of `apportion tags generate`, as an absolute path or one that begins with path.root."
  type        = string
  nullable    = false

  validation {
    condition     = alltrue([for name in ["tag-policy.json", "config-rules.json", "policy.json"] : fileexists("${var.generated}/${name}")])
    error_message = "generated holds tag-policy.json, config-rules.json and policy.json. Write them with `apportion tags generate`."
  }
}

variable "validate_zip" {
  description = "Zip of the function, built by `make lambda`."
  type        = string
  nullable    = false

  validation {
    condition     = fileexists(var.validate_zip)
    error_message = "validate_zip is no file. Build it with `make lambda`, and give an absolute path or one that begins with path.root."
  }
}

variable "name" {
  description = "Prefix of the names of policies, function, queues, rules and alarms."
  type        = string
  default     = "apportion-tags"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,39}$", var.name))
    error_message = "name has 1 to 40 lower case letters, digits and hyphens, and begins with a letter."
  }
}

variable "organization" {
  description = "Whether policies of the organisation are created here. Only the management account and delegated administrators can."
  type        = bool
  default     = true
  nullable    = false
}

variable "targets" {
  description = "IDs of the organisational units and accounts for the policies. Begin with a sandbox."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for id in var.targets : can(regex("^(ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|[0-9]{12})$", id))])
    error_message = "targets are ids of organisational units (ou-abcd-12345678) or accounts. The root is none: policies there can lock out everybody."
  }
}

variable "enforce" {
  description = "Whether the service control policies are attached and deny. If false, problems are reported and nothing is denied."
  type        = bool
  default     = false
  nullable    = false
}

variable "config_rules" {
  description = "Whether AWS Config checks mandatory tags. Its recorder must be on; each evaluation has a cost."
  type        = bool
  default     = true
  nullable    = false
}

variable "act" {
  description = "Actions of the function beside reporting: notify, tag, quarantine. Empty for reports only."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for word in var.act : contains(["notify", "tag", "quarantine"], word)])
    error_message = "act has notify, tag and quarantine."
  }
}

variable "account_defaults" {
  description = "Default tags for missing ones, by account: { \"111111111111\" = { CostCenter = \"FIN-100\" } }."
  type        = map(map(string))
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for account in keys(var.account_defaults) : can(regex("^[0-9]{12}$", account))])
    error_message = "account_defaults has tags by account ids of twelve digits."
  }
}

variable "creator_tag" {
  description = "Tag key that the function sets to the creator of a resource, with `tag` in act; empty for none."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^[\\w .:/=+@-]{0,128}$", var.creator_tag)) && !startswith(lower(var.creator_tag), "aws:")
    error_message = "creator_tag is a key that AWS takes: at most 128 letters, digits, spaces and _.:/=+-@, not beginning with aws:."
  }
}

variable "quarantine_tag" {
  description = "Tag key that the function sets while mandatory tags are invalid, with `quarantine` in act."
  type        = string
  default     = "apportion:quarantine"
  nullable    = false

  validation {
    condition     = can(regex("^[\\w .:/=+@-]{1,128}$", var.quarantine_tag)) && !startswith(lower(var.quarantine_tag), "aws:")
    error_message = "quarantine_tag is a key that AWS takes: 1 to 128 letters, digits, spaces and _.:/=+-@, not beginning with aws:."
  }
}

variable "services" {
  description = "Services with validated events, by their names in CloudTrail. EventBridge patterns have at most 2,048 characters."
  type        = list(string)
  default = [
    "dynamodb", "ec2", "ecs", "eks", "elasticache", "elasticfilesystem", "elasticloadbalancing", "es",
    "kinesis", "lambda", "logs", "rds", "redshift", "s3", "sagemaker", "sns", "sqs",
  ]
  nullable = false

  validation {
    condition     = length(var.services) > 0 && length(var.services) <= 40 && alltrue([for one in var.services : can(regex("^[a-z0-9.-]+$", one))])
    error_message = "services has 1 to 40 names such as ec2 or elasticloadbalancing, without .amazonaws.com."
  }
}

variable "event_bus" {
  description = "Event bus with CloudTrail's events: `default`, or the central one to which accounts forward."
  type        = string
  default     = "default"
  nullable    = false

  validation {
    condition     = can(regex("^[\\w./-]{1,256}$", var.event_bus))
    error_message = "event_bus is the name of an event bus."
  }
}

variable "members" {
  description = "For events of several accounts: `role_name` of the role that the function assumes in each account, and their `organization_id`."
  type        = object({ role_name = string, organization_id = string })
  default     = null

  validation {
    condition     = var.members == null || (can(regex("^[\\w+=,.@-]{1,64}$", var.members.role_name)) && can(regex("^o-[a-z0-9]{10,32}$", var.members.organization_id)))
    error_message = "members has role_name, without a path, and organization_id such as o-a1b2c3d4e5."
  }
}

variable "chat_topic_arn" {
  description = "ARN of an SNS topic that Amazon Q Developer shows in Slack or Teams; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.chat_topic_arn == null || can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[\\w-]+$", var.chat_topic_arn))
    error_message = "chat_topic_arn is the ARN of an SNS topic."
  }
}

variable "subscribers" {
  description = "E-mail addresses for invalid tags and alarms; each must confirm the subscription."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for address in var.subscribers : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", address))])
    error_message = "subscribers must be e-mail addresses."
  }
}

variable "delay_seconds" {
  description = "Seconds that events wait, because many programs set tags in a second call."
  type        = number
  default     = 120
  nullable    = false

  validation {
    condition     = var.delay_seconds >= 0 && var.delay_seconds <= 900 && floor(var.delay_seconds) == var.delay_seconds
    error_message = "delay_seconds is 0 to 900, which is all that SQS takes."
  }
}

variable "concurrency" {
  description = "Number of batches processed at the same time; reserved from the account's concurrency."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.concurrency >= 1 && var.concurrency <= 100 && floor(var.concurrency) == var.concurrency
    error_message = "concurrency is 1 to 100."
  }
}

variable "timeout" {
  description = "Time limit in seconds for a batch of ten events."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.timeout >= 10 && var.timeout <= 900 && floor(var.timeout) == var.timeout
    error_message = "timeout is 10 to 900."
  }
}

variable "runtime" {
  description = "Lambda runtime."
  type        = string
  default     = "python3.13"
  nullable    = false

  validation {
    condition     = can(regex("^python3\\.(1[1-9]|[2-9][0-9])$", var.runtime))
    error_message = "runtime is python3.11 or later."
  }
}

variable "subnet_ids" {
  description = "IDs of private subnets in which the function runs; empty: in Lambda's own network. The subnets need the endpoints of the module endpoints, or a NAT gateway."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for one in var.subnet_ids : can(regex("^subnet-[0-9a-f]+$", one))])
    error_message = "subnet_ids has IDs of subnets, such as subnet-0a1b2c3d."
  }
}

variable "security_group_ids" {
  description = "IDs of the security groups for `subnet_ids`, such as module.endpoints.security_group_ids."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for one in var.security_group_ids : can(regex("^sg-[0-9a-f]+$", one))])
    error_message = "security_group_ids has IDs of security groups, such as sg-0a1b2c3d."
  }
}

variable "log_retention_days" {
  description = "Days for which the function's log is kept. It has the result for each resource."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days is a number of days that CloudWatch Logs takes: 30, 90, 180, 365, ..."
  }
}

variable "permissions_boundary" {
  description = "ARN of the permissions boundary of all roles, if your organisation has one."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary is the ARN of a policy."
  }
}

variable "tags" {
  description = "Tags of all resources: module.tags.tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
