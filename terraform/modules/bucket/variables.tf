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
  description = "Statements of the bucket's policy besides the one that demands TLS, each as JSON."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "keep_days" {
  description = "How long versions that were replaced are kept."
  type        = number
  nullable    = false
}

variable "expire_days" {
  description = "Prefixes whose objects go after some days."
  type        = map(number)
  default     = {}
  nullable    = false
}

variable "log_bucket" {
  description = "Name of the bucket that gets the access logs, in the same account and region; null writes none. The module bucket makes one with `logs_of`."
  type        = string
  default     = null
}

variable "logs_of" {
  description = "Names of buckets of this account whose access logs S3 may deliver here."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "kms_key_arn" {
  description = "Your own key; null is S3's."
  type        = string
  default     = null
}

variable "force_destroy" {
  description = "Whether `terraform destroy` may delete what is in it."
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
