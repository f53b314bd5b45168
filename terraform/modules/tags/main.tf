# Tags that give every resource an owner. This module makes no resources and needs no provider.

locals {
  # Where costs go.
  business = {
    CostCenter    = var.cost_center
    Project       = var.project
    Owner         = var.owner
    AllocationKey = "${var.cost_center}-${var.environment}"
  }

  # What the resource is.
  technical = {
    Environment = var.environment
    CreatedBy   = var.created_by
  }

  # The mandatory ones come last: nothing takes their place.
  business_tags  = tomap(merge(var.business, local.business))
  technical_tags = tomap(merge(var.technical, local.technical))
}
