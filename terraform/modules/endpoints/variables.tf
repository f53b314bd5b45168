variable "name" {
  description = "Prefix of the names of endpoints and security groups."
  type        = string
  default     = "apportion"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,39}$", var.name))
    error_message = "name has 1 to 40 lower case letters, digits and hyphens, and begins with a letter."
  }
}

variable "vpc_id" {
  description = "ID of the VPC. Its attributes enableDnsSupport and enableDnsHostnames must be on."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^vpc-[0-9a-f]+$", var.vpc_id))
    error_message = "vpc_id is the ID of a VPC, such as vpc-0a1b2c3d."
  }
}

variable "subnet_ids" {
  description = "IDs of the private subnets in which the functions run, one for each Availability Zone."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) > 0 && alltrue([for one in var.subnet_ids : can(regex("^subnet-[0-9a-f]+$", one))])
    error_message = "subnet_ids has at least one ID of a subnet, such as subnet-0a1b2c3d."
  }
}

variable "route_table_ids" {
  description = "IDs of the route tables of these subnets: they get the routes to S3 and DynamoDB."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.route_table_ids) > 0 && alltrue([for one in var.route_table_ids : can(regex("^rtb-[0-9a-f]+$", one))])
    error_message = "route_table_ids has at least one ID of a route table, such as rtb-0a1b2c3d."
  }
}

variable "services" {
  description = "Services with an interface endpoint, as AWS names them after the region. The default is what the module pipeline needs without e-mail."
  type        = list(string)
  default     = ["athena", "glue", "sns"]
  nullable    = false

  validation {
    condition     = alltrue([for one in var.services : can(regex("^[a-z0-9.-]+$", one)) && !contains(["s3", "dynamodb"], one)])
    error_message = "services has names such as glue or ecr.api; s3 and dynamodb always have gateways."
  }
}

variable "clients" {
  description = "Security groups of other clients of the endpoints, by a name of your choice: { fargate = module.ingest.security_group_id }."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "tags" {
  description = "Tags of all resources: module.tags.tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
