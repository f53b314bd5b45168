variable "name" {
  description = "Name of the role."
  type        = string
  nullable    = false
}

variable "description" {
  description = "Description of the role."
  type        = string
  nullable    = false
}

variable "service" {
  description = "The AWS service that assumes the role, such as `lambda.amazonaws.com`."
  type        = string
  nullable    = false
}

variable "source_arn" {
  description = "ARN for which the service may assume the role; it may end in `*`."
  type        = string
  nullable    = false
}

variable "policy_name" {
  description = "Name of the policy in the role."
  type        = string
  nullable    = false
}

variable "policy" {
  description = "The policy, as JSON."
  type        = string
  nullable    = false
}

variable "permissions_boundary" {
  description = "ARN of the permissions boundary, or null."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the role."
  type        = map(string)
  default     = {}
  nullable    = false
}
