variable "environment" {
  description = "Environment of the resource: the tag Environment. One of `environments`."
  type        = string
  nullable    = false
}

variable "environments" {
  description = "Environments of your organisation."
  type        = list(string)
  default     = ["dev", "test", "staging", "prod"]
  nullable    = false

  validation {
    condition     = length(var.environments) > 0 && alltrue([for one in var.environments : can(regex("^[a-z0-9]{1,32}$", one))])
    error_message = "environments are 1 to 32 lower case letters and digits, without a hyphen: the last hyphen of AllocationKey stands before the environment."
  }
}

variable "cost_center" {
  description = "Cost centre that pays: the tag CostCenter. It must match `cost_center_pattern`."
  type        = string
  nullable    = false

  validation {
    # A hyphen, the environment and this are one value of at most 256 characters.
    condition     = can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{1,200}$", var.cost_center)) && trimspace(var.cost_center) == var.cost_center
    error_message = "cost_center has 1 to 200 letters, digits, spaces within, and _ . : / = + - @."
  }
}

variable "cost_center_pattern" {
  description = "Regular expression (RE2) for cost centres."
  type        = string
  default     = "^[A-Z][A-Z0-9]*-[0-9]+$"
  nullable    = false

  validation {
    condition     = can(regexall(var.cost_center_pattern, "")) && startswith(var.cost_center_pattern, "^") && endswith(var.cost_center_pattern, "$")
    error_message = "cost_center_pattern is a regular expression from ^ to $: without them \"my FIN-100 or so\" would do."
  }
}

variable "project" {
  description = "Project of the resource: the tag Project."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{1,256}$", var.project)) && trimspace(var.project) == var.project
    error_message = "project has 1 to 256 letters, digits, spaces within, and _ . : / = + - @."
  }
}

variable "owner" {
  description = "Responsible team, by name or e-mail address: the tag Owner."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{1,256}$", var.owner)) && trimspace(var.owner) == var.owner
    error_message = "owner has 1 to 256 letters, digits, spaces within, and _ . : / = + - @."
  }
}

variable "created_by" {
  description = "Tool that created the resource: the tag CreatedBy."
  type        = string
  default     = "terraform"
  nullable    = false

  validation {
    # github-actions[bot] is the usual surprise: AWS takes no brackets.
    condition     = can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{1,256}$", var.created_by)) && trimspace(var.created_by) == var.created_by
    error_message = "created_by has 1 to 256 letters, digits, spaces within, and _ . : / = + - @."
  }
}

variable "business" {
  description = "Other tags for cost reports, such as BusinessUnit, except the six mandatory ones."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key in keys(var.business) : can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{1,128}$", key)) && !startswith(lower(key), "aws:")])
    error_message = "Keys of business have 1 to 128 letters, digits, spaces and _ . : / = + - @, and do not begin with aws:."
  }

  validation {
    condition     = alltrue([for value in values(var.business) : can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{0,256}$", value))])
    error_message = "Values of business have at most 256 letters, digits, spaces and _ . : / = + - @."
  }

  validation {
    condition     = length(setintersection(["environment", "costcenter", "project", "owner", "createdby", "allocationkey"], [for key in keys(var.business) : lower(replace(key, "/[^\\p{L}\\p{N}]/", ""))])) == 0
    error_message = "A key of business is a mandatory one, or another spelling of it: cost exports write CostCenter and cost_center as one column."
  }
}

variable "technical" {
  description = "Other technical tags, such as Component or Repository, except the six mandatory ones."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key in keys(var.technical) : can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{1,128}$", key)) && !startswith(lower(key), "aws:")])
    error_message = "Keys of technical have 1 to 128 letters, digits, spaces and _ . : / = + - @, and do not begin with aws:."
  }

  validation {
    condition     = alltrue([for value in values(var.technical) : can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{0,256}$", value))])
    error_message = "Values of technical have at most 256 letters, digits, spaces and _ . : / = + - @."
  }

  validation {
    condition     = length(setintersection(["environment", "costcenter", "project", "owner", "createdby", "allocationkey"], [for key in keys(var.technical) : lower(replace(key, "/[^\\p{L}\\p{N}]/", ""))])) == 0
    error_message = "A key of technical is a mandatory one, or another spelling of it: cost exports write CostCenter and cost_center as one column."
  }
}
