variable "name" {
  description = "Name of cluster, task and topic, and prefix of roles and queue."
  type        = string
  default     = "apportion-ingest"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,39}$", var.name))
    error_message = "name has 1 to 40 lower case letters, digits and hyphens, and begins with a letter."
  }
}

variable "bucket" {
  description = "Name of the bucket of settings, ledger and published tables, created by the module pipeline."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "bucket has 3 to 63 lower case letters, digits and hyphens; no dots, which TLS certificates do not cover."
  }
}

variable "export" {
  description = "Export to ingest: `bucket`, `prefix` with the export's name, and `kms_key_arn` if that bucket has its own key. The output `export` of the module billing_export has all three."
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

variable "image_uri" {
  description = "The container image in ECR, by tag or digest; `docker/lambda/Dockerfile` builds it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?/[a-z0-9._/-]+(:[\\w.-]+|@sha256:[0-9a-f]{64})$", var.image_uri))
    error_message = "image_uri is an image in ECR with its tag or digest; the task may not pull another one."
  }
}

variable "network" {
  description = "VPC and subnets of the task. They need access to S3, Glue, ECR and CloudWatch Logs: the module endpoints, a NAT gateway, or `public_ip` in a public subnet."
  type = object({
    vpc_id     = string
    subnet_ids = list(string)
    public_ip  = optional(bool, false)
  })
  nullable = false

  validation {
    condition     = can(regex("^vpc-[0-9a-f]+$", var.network.vpc_id)) && length(var.network.subnet_ids) > 0 && alltrue([for one in var.network.subnet_ids : can(regex("^subnet-[0-9a-f]+$", one))])
    error_message = "network has the id of a VPC and ids of subnets in it, at least one."
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

variable "cpu" {
  description = "CPU units of the task; 1024 are one vCPU."
  type        = number
  default     = 2048
  nullable    = false

  validation {
    condition     = contains([1024, 2048, 4096, 8192, 16384], var.cpu)
    error_message = "cpu is 1024, 2048, 4096, 8192 or 16384."
  }
}

variable "memory" {
  description = "Memory of the task in MB: two to eight times `cpu`."
  type        = number
  default     = 8192
  nullable    = false

  validation {
    condition     = var.memory >= 2048 && var.memory <= 122880 && var.memory % 1024 == 0
    error_message = "memory is 2048 to 122880 MB, in steps of 1024."
  }
}

variable "scratch" {
  description = "Disk of the task in GiB, for the files of a month, the ledger and the published tables."
  type        = number
  default     = 100
  nullable    = false

  validation {
    condition     = var.scratch >= 21 && var.scratch <= 200 && floor(var.scratch) == var.scratch
    error_message = "scratch is 21 to 200 GiB: Fargate gives 20 anyway, and no more than 200."
  }
}

variable "schedule" {
  description = "Schedule on which new months are ingested, as an EventBridge Scheduler expression."
  type        = string
  default     = "cron(0 5 * * ? *)"
  nullable    = false

  validation {
    condition     = can(regex("^(cron|rate)\\(.+\\)$", var.schedule))
    error_message = "schedule is cron(...) or rate(...)."
  }
}

variable "timezone" {
  description = "Time zone of the schedule, by its name in the tz database."
  type        = string
  default     = "UTC"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z]+(/[A-Za-z0-9_+-]+)*$", var.timezone))
    error_message = "timezone is a name such as UTC or Europe/Berlin."
  }
}

variable "subscribers" {
  description = "E-mail addresses for messages about failed runs; each must confirm the subscription."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for one in var.subscribers : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", one))])
    error_message = "subscribers must be e-mail addresses."
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

variable "tags" {
  description = "Tags of all resources: module.tags.tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
