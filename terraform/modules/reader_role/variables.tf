variable "name" {
  description = "Name of the role."
  type        = string
  default     = "apportion-reader"
  nullable    = false

  validation {
    condition     = can(regex("^[\\w+=,.@-]{1,64}$", var.name))
    error_message = "name has 1 to 64 letters, digits and _ + = , . @ -."
  }
}

variable "trusted" {
  description = "Full ARNs of the roles that may assume this role. Whole accounts are rejected, because they can admit anyone."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.trusted) > 0 && alltrue([for one in var.trusted : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\\w+=,.@/-]+$", one))])
    error_message = "trusted has ARNs of roles, at least one, without wildcards; no account ids."
  }
}

variable "external_id" {
  description = "External ID that the caller must pass. Required if `trusted` has a role of another account."
  type        = string
  default     = null

  validation {
    condition     = var.external_id == null || (can(regex("^[\\w+=,.@:/-]+$", var.external_id)) && length(coalesce(var.external_id, "-")) >= 2 && length(coalesce(var.external_id, "-")) <= 1224)
    error_message = "external_id has 2 to 1224 letters, digits and _ + = , . @ : / -."
  }
}

variable "read_export" {
  description = "Export that the role also reads: `bucket`, `prefix` (with the export's name), and `kms_key_arn` if the bucket has its own key."
  type = object({
    bucket      = string
    prefix      = string
    kms_key_arn = optional(string)
  })
  default = null

  validation {
    condition     = var.read_export == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.read_export.bucket))
    error_message = "read_export.bucket is the name of a bucket."
  }

  validation {
    condition     = var.read_export == null || can(regex("^[0-9A-Za-z._-]+(/[0-9A-Za-z._-]+)*$", var.read_export.prefix))
    error_message = "read_export.prefix is folders of letters, digits and . - _, without wildcards and without a slash at either end."
  }
}

variable "read_accounts" {
  description = "Whether the role also reads accounts, organisational units and tags. Only the management account and delegated administrators can."
  type        = bool
  default     = false
  nullable    = false
}

variable "max_session_duration" {
  description = "Maximum duration of a session in seconds."
  type        = number
  default     = 3600
  nullable    = false

  validation {
    condition     = var.max_session_duration >= 3600 && var.max_session_duration <= 43200
    error_message = "max_session_duration is 3600 to 43200 seconds."
  }
}

variable "permissions_boundary" {
  description = "ARN of the permissions boundary of all roles, if your organisation has one."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of all resources: module.tags.tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
