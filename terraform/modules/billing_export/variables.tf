variable "bucket" {
  description = "Name of the bucket to create for the export."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "bucket has 3 to 63 lower case letters, digits and hyphens; no dots, which TLS certificates do not cover."
  }
}

variable "prefix" {
  description = "Prefix of the export in the bucket; the name of the export is added to it."
  type        = string
  default     = "exports"
  nullable    = false

  validation {
    condition     = can(regex("^[0-9A-Za-z_-]+(/[0-9A-Za-z_-]+)*$", var.prefix))
    error_message = "prefix is folders of letters, digits, - and _, without a slash at either end."
  }
}

variable "name" {
  description = "Name of the export."
  type        = string
  default     = "apportion"
  nullable    = false

  validation {
    condition     = can(regex("^[0-9A-Za-z_-]{1,128}$", var.name))
    error_message = "name has 1 to 128 letters, digits, - and _."
  }
}

variable "table" {
  description = "Format of the export: cur-2.0 or focus-1.2."
  type        = string
  default     = "cur-2.0"
  nullable    = false

  validation {
    condition     = contains(["cur-2.0", "focus-1.2"], var.table)
    error_message = "table is cur-2.0 or focus-1.2."
  }
}

variable "time_granularity" {
  description = "Granularity of usage: HOURLY, DAILY or MONTHLY."
  type        = string
  default     = "DAILY"
  nullable    = false

  validation {
    condition     = contains(["HOURLY", "DAILY", "MONTHLY"], var.time_granularity)
    error_message = "time_granularity is HOURLY, DAILY or MONTHLY."
  }
}

variable "split_cost_allocation" {
  description = "Whether the export has split cost allocation rows for pods and tasks. Only cur-2.0 has them."
  type        = bool
  default     = false
  nullable    = false
}

variable "keep_days" {
  description = "Days for which versions of overwritten files are kept."
  type        = number
  default     = 90
  nullable    = false

  validation {
    # AWS rewrites a closed month for up to two weeks.
    condition     = var.keep_days >= 15 && floor(var.keep_days) == var.keep_days
    error_message = "keep_days is a whole number of at least 15: AWS may rewrite a closed month for two weeks."
  }
}

variable "log_bucket" {
  description = "Name of the bucket for access logs, in the same account and region; null for no logs. The module bucket creates one with `logs_of`."
  type        = string
  default     = null

  validation {
    condition     = var.log_bucket == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.log_bucket))
    error_message = "log_bucket is the name of a bucket."
  }
}

variable "kms_key_arn" {
  description = "ARN of your own key for the bucket; null for S3's key. The key policy must allow bcm-data-exports.amazonaws.com to use it."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9a-f-]+$", var.kms_key_arn))
    error_message = "kms_key_arn is the ARN of a key, not of an alias."
  }
}

variable "reader_arns" {
  description = "ARNs of roles of other accounts that may read the export. Roles of this account need only their own policy."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.reader_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\\w+=,.@/-]+$", arn))])
    error_message = "reader_arns are ARNs of roles, without wildcards."
  }
}

variable "force_destroy" {
  description = "Whether `terraform destroy` may delete the bills with the bucket."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of all resources: module.tags.tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
