variable "name" {
  description = "Prefix of the names of functions, queues, roles, alarms and the workgroup."
  type        = string
  default     = "apportion"
  nullable    = false

  validation {
    # The name of a role has 64 characters, and the longest ending here takes 16.
    condition     = can(regex("^[a-z][a-z0-9-]{0,39}$", var.name))
    error_message = "name has 1 to 40 lower case letters, digits and hyphens, and begins with a letter."
  }
}

variable "bucket" {
  description = "Name of the bucket to create for ledger, published tables and reports."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "bucket has 3 to 63 lower case letters, digits and hyphens; no dots, which TLS certificates do not cover."
  }
}

variable "export" {
  description = "Export with the manifests that start the ingest: `bucket`, `prefix` with the export's name, and `kms_key_arn` if that bucket has its own key. The output `export` of the module billing_export has all three."
  type = object({
    bucket      = string
    prefix      = string
    kms_key_arn = optional(string)
  })
  nullable = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.export.bucket))
    error_message = "export.bucket is the name of a bucket."
  }

  validation {
    condition     = can(regex("^[0-9A-Za-z._-]+(/[0-9A-Za-z._-]+)*$", var.export.prefix))
    error_message = "export.prefix is folders of letters, digits and . - _, without wildcards and without a slash at either end."
  }
}

variable "ingest_image_uri" {
  description = "The container image of the ingest function in ECR, by tag or digest; `docker/lambda/Dockerfile` builds it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?/[a-z0-9._/-]+(:[\\w.-]+|@sha256:[0-9a-f]{64})$", var.ingest_image_uri))
    error_message = "ingest_image_uri is an image in ECR with its tag or digest; Lambda accepts no other."
  }
}

variable "ingest_by_manifest" {
  description = "Whether each manifest starts the ingest function. Set to false if the module fargate ingests bills on a schedule."
  type        = bool
  default     = true
  nullable    = false
}

variable "report_zip" {
  description = "Zip of the report function, built by `make lambda`; null to run it from the ingest function's image."
  type        = string
  default     = null

  validation {
    condition     = var.report_zip == null || fileexists(coalesce(var.report_zip, "-"))
    error_message = "report_zip is no file. Build it with `make lambda`, and give an absolute path or one that begins with path.root."
  }
}

variable "runtime" {
  description = "Lambda runtime of the report function, if it is a zip."
  type        = string
  default     = "python3.13"
  nullable    = false

  validation {
    condition     = can(regex("^python3\\.(1[1-9]|[2-9][0-9])$", var.runtime))
    error_message = "runtime is python3.11 or later."
  }
}

variable "architecture" {
  description = "Processor architecture of the image: x86_64 or arm64."
  type        = string
  default     = "x86_64"
  nullable    = false

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "architecture is x86_64 or arm64."
  }
}

variable "ingest" {
  description = "Memory in MB, time limit in seconds and disk in MB of the ingest function. The disk holds the files of a month and the ledger."
  type = object({
    memory  = optional(number, 4096)
    timeout = optional(number, 900)
    disk    = optional(number, 10240)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.ingest.memory >= 1024 && var.ingest.memory <= 10240 && var.ingest.timeout >= 60 && var.ingest.timeout <= 900 && var.ingest.disk >= 512 && var.ingest.disk <= 10240
    error_message = "ingest has memory from 1024 to 10240 MB, a timeout from 60 to 900 s and a disk from 512 to 10240 MB."
  }
}

variable "report" {
  description = "Memory in MB, time limit in seconds and disk in MB of the report function."
  type = object({
    memory  = optional(number, 1024)
    timeout = optional(number, 300)
    disk    = optional(number, 2048)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.report.memory >= 256 && var.report.memory <= 10240 && var.report.timeout >= 30 && var.report.timeout <= 900 && var.report.disk >= 512 && var.report.disk <= 10240
    error_message = "report has memory from 256 to 10240 MB, a timeout from 30 to 900 s and a disk from 512 to 10240 MB."
  }
}

variable "schedules" {
  description = "Schedules of reports as EventBridge Scheduler expressions, and the month: `months_ago`, `period`, or empty for the newest."
  type = map(object({
    expression = string
    input      = map(string)
  }))
  default = {
    # A month is final some days after its end; the report of the fifth has nearly all of it.
    weekly  = { expression = "cron(0 6 ? * MON *)", input = {} }
    monthly = { expression = "cron(0 6 5 * ? *)", input = { months_ago = "1" } }
  }
  nullable = false

  validation {
    condition     = alltrue([for one in values(var.schedules) : can(regex("^(cron|rate|at)\\(.+\\)$", one.expression))])
    error_message = "The expression of a schedule must be cron(...), rate(...) or at(...)."
  }

  validation {
    condition     = alltrue([for one in values(var.schedules) : length(setsubtract(keys(one.input), ["months_ago", "period"])) == 0])
    error_message = "The input of a schedule is months_ago, period, or nothing."
  }

  validation {
    condition     = alltrue([for key in keys(var.schedules) : can(regex("^[a-z][a-z0-9-]{0,19}$", key))])
    error_message = "The name of a schedule has 1 to 20 lower case letters, digits and hyphens."
  }
}

variable "timezone" {
  description = "Time zone of the schedules, by its name in the tz database."
  type        = string
  default     = "UTC"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z]+(/[A-Za-z0-9_+-]+)*$", var.timezone))
    error_message = "timezone is a name such as UTC or Europe/Berlin."
  }
}

variable "email" {
  description = "Sender (verified in SES, or its domain is) and recipients of reports; null for no e-mail."
  type = object({
    from = string
    to   = list(string)
  })
  default = null

  validation {
    condition     = var.email == null || alltrue([for one in concat([try(var.email.from, "")], try(var.email.to, [])) : can(regex("^[^@\\s,*?$]+@[^@\\s,*?$]+\\.[^@\\s,*?$]+$", one))])
    error_message = "email.from and email.to must be e-mail addresses."
  }

  validation {
    condition     = var.email == null || length(try(var.email.to, [])) > 0
    error_message = "email.to needs at least one recipient."
  }
}

variable "email_identity" {
  description = "Identity that is verified in SES: the sender's address or domain; null for the sender's domain."
  type        = string
  default     = null

  validation {
    condition     = var.email_identity == null || can(regex("^[^\\s*?$,/]+$", var.email_identity))
    error_message = "email_identity is an address or a domain."
  }
}

variable "subscribers" {
  description = "E-mail addresses for findings and alarms; each must confirm the subscription."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for one in var.subscribers : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", one))])
    error_message = "subscribers must be e-mail addresses."
  }
}

variable "days_without_ingest" {
  description = "Days without an ingest until the alarm `silence` goes off. AWS refreshes an export at least once a day."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = contains([1, 2, 3, 4, 5, 6, 7], var.days_without_ingest)
    error_message = "days_without_ingest is 1 to 7: CloudWatch alarms look back seven days at most."
  }
}

variable "days_without_report" {
  description = "Days without a report until the alarm `silence` goes off."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = contains([1, 2, 3, 4, 5, 6, 7], var.days_without_report)
    error_message = "days_without_report is 1 to 7: CloudWatch alarms look back seven days at most."
  }
}

variable "subnet_ids" {
  description = "IDs of private subnets in which both functions run; empty: in Lambda's own network. The subnets need the endpoints of the module endpoints, or a NAT gateway."
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
  description = "Days for which logs are kept."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a value that CloudWatch accepts: 7, 14, 30, 60, 90, 120, 150, 180, 365, ..."
  }
}

variable "tracing" {
  description = "Whether the functions write traces to X-Ray. The image needs aws-xray-sdk."
  type        = bool
  default     = false
  nullable    = false
}

variable "keep_days" {
  description = "Days for which replaced versions in the bucket are kept."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.keep_days >= 1 && floor(var.keep_days) == var.keep_days
    error_message = "keep_days is a whole number of at least 1."
  }
}

variable "database" {
  description = "Name of the Glue database of the published tables."
  type        = string
  default     = "apportion"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,127}$", var.database))
    error_message = "database has 1 to 128 lower case letters, digits and underscores, and begins with a letter."
  }
}

variable "bytes_scanned_limit" {
  description = "Maximum bytes that a query may scan; Athena stops it at the limit. A terabyte costs about 5 USD."
  type        = number
  default     = 10737418240
  nullable    = false

  validation {
    condition     = var.bytes_scanned_limit >= 10485760 && floor(var.bytes_scanned_limit) == var.bytes_scanned_limit
    error_message = "bytes_scanned_limit is at least 10485760 (10 MB), the minimum of Athena."
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
  description = "ARN of your own key for the bucket; null for S3's key."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9a-f-]+$", var.kms_key_arn))
    error_message = "kms_key_arn is the ARN of a key, not of an alias."
  }
}

variable "permissions_boundary" {
  description = "ARN of the permissions boundary of all roles, if your organisation has one."
  type        = string
  default     = null
}

variable "force_destroy" {
  description = "Whether `terraform destroy` may delete ledger, tables and reports with the bucket."
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
