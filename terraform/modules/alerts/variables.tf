variable "name" {
  description = "Name of the topic."
  type        = string
  nullable    = false
}

variable "publishers" {
  description = "AWS services that may publish, by the Sid of their statement: the service, and the ARN that it publishes for, which may end in `*`."
  type        = map(object({ service = string, source_arn = string }))
  nullable    = false
}

variable "subscribers" {
  description = "E-mail addresses that get the messages, after they have confirmed."
  type        = list(string)
  nullable    = false
}

variable "alarms" {
  description = "Alarms by name: each goes off when the metric is over the threshold in five minutes, and reports recovery unless `report_recovery` is false."
  type = map(object({
    description     = string
    namespace       = string
    metric          = string
    dimensions      = map(string)
    statistic       = string
    threshold       = number
    report_recovery = optional(bool, true)
  }))
  default  = {}
  nullable = false
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
  default     = {}
  nullable    = false
}
