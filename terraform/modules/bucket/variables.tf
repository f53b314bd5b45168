variable "name" {
  description = "Name of the bucket."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "The name of a bucket has 3 to 63 lower case letters, digits and hyphens; no dots, which TLS certificates do not cover."
  }
}

variable "statements" {
  description = "Additional statements of the bucket policy, each as JSON; TLS is always required."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "keep_days" {
  description = "Days for which replaced versions are kept."
  type        = number
  nullable    = false
}

variable "expire_days" {
  description = "Days after which objects are deleted, by prefix."
  type        = map(number)
  default     = {}
  nullable    = false
}

variable "log_bucket" {
  description = "Name of the bucket for access logs, in the same account and region; null for no logs. The module bucket creates one with `logs_of`."
  type        = string
  default     = null
}

variable "logs_of" {
  description = "Names of buckets of this account that may write their access logs here."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "kms_key_arn" {
  description = "ARN of your own key; null for S3's key."
  type        = string
  default     = null
}

variable "force_destroy" {
  description = "Whether `terraform destroy` may delete a bucket with objects."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of the bucket."
  type        = map(string)
  default     = {}
  nullable    = false
}
