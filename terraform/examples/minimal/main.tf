# The minimum: tags on everything, and a role that only reads Cost Explorer.

terraform {
  required_version = ">= 1.7"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0, < 7.0"
    }
  }
}

variable "region" {
  description = "The region of everything here."
  type        = string
  default     = "eu-west-1"
}

variable "trusted" {
  description = "Who may take the role: ARNs of roles of this account."
  type        = list(string)
}

provider "aws" {
  region = var.region

  default_tags {
    tags = module.tags.tags
  }
}

module "tags" {
  source = "../../modules/tags"

  environment = "prod"
  cost_center = "FIN-100"
  project     = "apportion"
  owner       = "finops@example.com"
}

module "reader" {
  source = "../../modules/reader_role"

  trusted = var.trusted
  tags    = module.tags.tags
}

output "role_arn" {
  description = "The role for `apportion cost-explorer`."
  value       = module.reader.role_arn
}
