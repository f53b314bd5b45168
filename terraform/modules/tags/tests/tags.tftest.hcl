# Run with: terraform init && terraform test

variables {
  environment = "prod"
  cost_center = "FIN-100"
  project     = "atlas"
  owner       = "payments@example.com"
}

run "the_six_mandatory_tags" {
  command = plan

  assert {
    condition = output.tags == tomap({
      Environment   = "prod"
      CostCenter    = "FIN-100"
      Project       = "atlas"
      Owner         = "payments@example.com"
      CreatedBy     = "terraform"
      AllocationKey = "FIN-100-prod"
    })
    error_message = "The tags are ${jsonencode(output.tags)}."
  }

  assert {
    condition     = output.allocation_key == "FIN-100-prod"
    error_message = "The allocation key is ${output.allocation_key}."
  }
}

run "business_and_technical_are_apart" {
  command = plan

  variables {
    business  = { BusinessUnit = "Retail" }
    technical = { Component = "queue" }
  }

  assert {
    condition     = join(" ", keys(output.business_tags)) == "AllocationKey BusinessUnit CostCenter Owner Project"
    error_message = "The business tags are ${jsonencode(output.business_tags)}."
  }

  assert {
    condition     = join(" ", keys(output.technical_tags)) == "Component CreatedBy Environment"
    error_message = "The technical tags are ${jsonencode(output.technical_tags)}."
  }

  assert {
    condition     = output.tags == merge(output.business_tags, output.technical_tags)
    error_message = "Some tag is in neither."
  }
}

run "an_organisation_has_its_own_words" {
  command = plan

  variables {
    environments        = ["lab", "live"]
    environment         = "live"
    cost_center         = "4711"
    cost_center_pattern = "^[0-9]{4}$"
    created_by          = "github-actions"
  }

  assert {
    condition     = output.tags["AllocationKey"] == "4711-live" && output.tags["CreatedBy"] == "github-actions"
    error_message = "The tags are ${jsonencode(output.tags)}."
  }
}

run "values_of_other_alphabets" {
  command = plan

  variables {
    project = "Büro für Ärger"
    owner   = "финансы"
  }

  assert {
    condition     = output.tags["Project"] == "Büro für Ärger"
    error_message = "The project is ${output.tags["Project"]}."
  }
}

run "forty_more_tags_fit" {
  command = plan

  variables {
    business  = { for n in range(20) : "b${n}" => "x" }
    technical = { for n in range(20) : "t${n}" => "x" }
  }

  assert {
    condition     = length(output.tags) == 46
    error_message = "There are ${length(output.tags)} tags."
  }
}
