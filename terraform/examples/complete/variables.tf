variable "region" {
  description = "The region of everything here."
  type        = string
  default     = "eu-west-1"
}

variable "prefix" {
  description = "What the names of buckets begin with; names of buckets are unique in the world."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,56}$", var.prefix))
    error_message = "prefix has 2 to 57 lower case letters, digits and hyphens."
  }
}

variable "ingest_image_uri" {
  description = "The image of the ingest function in ECR, with its tag or digest."
  type        = string
}

variable "api_image_uri" {
  description = "The image of the example's own function."
  type        = string
}

variable "report_zip" {
  description = "The absolute path of dist/lambda/report.zip; null runs reports from the image."
  type        = string
  default     = null
}

variable "trusted" {
  description = "Who may take the reader's role: ARNs of roles of this account."
  type        = list(string)
}

variable "email" {
  description = "The sender of reports, verified in SES, and their readers."
  type = object({
    from = string
    to   = list(string)
  })
  default = null
}

variable "subscribers" {
  description = "Mail addresses that receive findings and alarms."
  type        = list(string)
  default     = []
}

variable "force_destroy" {
  description = "Whether destroying may delete bills, ledger and reports."
  type        = bool
  default     = false
}
