# All of it: the export, the pipeline, a role to read with, and a service whose resources inherit the tags.

terraform {
  required_version = ">= 1.7"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0, < 7.0"
    }
  }
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
  business    = { BusinessUnit = "Finance" }
  technical   = { Repository = "acme/costs" }
}

# Who read bills and reports: kept for a year, in a bucket of its own.
module "logs" {
  source = "../../modules/bucket"

  name          = "${var.prefix}-logs"
  logs_of       = ["${var.prefix}-bills", "${var.prefix}-costs"]
  keep_days     = 7
  expire_days   = { "${var.prefix}-" = 365 }
  force_destroy = var.force_destroy
  tags          = merge(module.tags.tags, { Service = "logs" })
}

module "billing_export" {
  source = "../../modules/billing_export"

  bucket        = "${var.prefix}-bills"
  log_bucket    = module.logs.name
  force_destroy = var.force_destroy
  tags          = merge(module.tags.tags, { Service = "bills" })
}

module "pipeline" {
  source = "../../modules/pipeline"

  bucket           = "${var.prefix}-costs"
  log_bucket       = module.logs.name
  export           = module.billing_export.export
  ingest_image_uri = var.ingest_image_uri
  report_zip       = var.report_zip
  email            = var.email
  subscribers      = var.subscribers
  timezone         = "Europe/Berlin"
  force_destroy    = var.force_destroy
  tags             = merge(module.tags.tags, { Service = "costs" })
}

module "reader" {
  source = "../../modules/reader_role"

  trusted     = var.trusted
  read_export = module.billing_export.export
  tags        = merge(module.tags.tags, { Service = "costs" })
}
