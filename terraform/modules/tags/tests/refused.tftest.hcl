# Everything that the module refuses. Run with: terraform init && terraform test

variables {
  environment = "prod"
  cost_center = "FIN-100"
  project     = "atlas"
  owner       = "payments@example.com"
}

run "environment_that_is_none" {
  command = plan

  variables {
    environment = "qa"
  }

  expect_failures = [output.tags]
}

run "environments_that_are_empty" {
  command = plan

  variables {
    environments = []
  }

  expect_failures = [var.environments]
}

run "environments_with_a_hyphen" {
  command = plan

  variables {
    environments = ["pre-prod", "prod"]
  }

  expect_failures = [var.environments]
}

run "cost_center_in_lower_case" {
  command = plan

  variables {
    cost_center = "fin-100"
  }

  expect_failures = [output.tags]
}

run "cost_center_within_other_words" {
  command = plan

  variables {
    cost_center = "my FIN-100 or so"
  }

  expect_failures = [output.tags]
}

run "cost_center_that_aws_refuses" {
  command = plan

  variables {
    cost_center         = "FIN;100"
    cost_center_pattern = "^.*$"
  }

  expect_failures = [var.cost_center]
}

run "cost_center_that_is_too_long" {
  command = plan

  variables {
    cost_center         = join("", [for n in range(201) : "1"])
    cost_center_pattern = "^.*$"
  }

  expect_failures = [var.cost_center]
}

run "cost_center_with_a_space_behind" {
  command = plan

  variables {
    cost_center         = "FIN-100 "
    cost_center_pattern = "^.*$"
  }

  expect_failures = [var.cost_center]
}

run "cost_center_pattern_without_ends" {
  command = plan

  variables {
    cost_center_pattern = "FIN-[0-9]+"
  }

  expect_failures = [var.cost_center_pattern]
}

run "cost_center_pattern_that_is_none" {
  command = plan

  variables {
    cost_center_pattern = "^([$"
  }

  expect_failures = [var.cost_center_pattern]
}

run "project_that_is_empty" {
  command = plan

  variables {
    project = ""
  }

  expect_failures = [var.project]
}

run "project_that_aws_refuses" {
  command = plan

  variables {
    project = "atlas & co"
  }

  expect_failures = [var.project]
}

run "owner_that_is_empty" {
  command = plan

  variables {
    owner = ""
  }

  expect_failures = [var.owner]
}

run "owner_that_is_too_long" {
  command = plan

  variables {
    owner = join("", [for n in range(257) : "x"])
  }

  expect_failures = [var.owner]
}

run "created_by_with_brackets" {
  command = plan

  variables {
    created_by = "github-actions[bot]"
  }

  expect_failures = [var.created_by]
}

run "business_key_of_aws" {
  command = plan

  variables {
    business = { "aws:team" = "x" }
  }

  expect_failures = [var.business]
}

run "business_key_that_aws_refuses" {
  command = plan

  variables {
    business = { "team#1" = "x" }
  }

  expect_failures = [var.business]
}

run "business_key_that_is_too_long" {
  command = plan

  variables {
    business = { (join("", [for n in range(129) : "x"])) = "x" }
  }

  expect_failures = [var.business]
}

run "business_value_that_aws_refuses" {
  command = plan

  variables {
    business = { Team = "a,b" }
  }

  expect_failures = [var.business]
}

run "business_value_that_is_too_long" {
  command = plan

  variables {
    business = { Team = join("", [for n in range(257) : "x"]) }
  }

  expect_failures = [var.business]
}

run "business_key_that_is_mandatory" {
  command = plan

  variables {
    business = { CostCenter = "FIN-666" }
  }

  expect_failures = [var.business]
}

run "business_key_that_is_mandatory_in_another_spelling" {
  command = plan

  variables {
    business = { cost_center = "FIN-666" }
  }

  expect_failures = [var.business]
}

run "technical_key_of_aws" {
  command = plan

  variables {
    technical = { "aws:team" = "x" }
  }

  expect_failures = [var.technical]
}

run "technical_key_that_aws_refuses" {
  command = plan

  variables {
    technical = { "team#1" = "x" }
  }

  expect_failures = [var.technical]
}

run "technical_key_that_is_too_long" {
  command = plan

  variables {
    technical = { (join("", [for n in range(129) : "x"])) = "x" }
  }

  expect_failures = [var.technical]
}

run "technical_value_that_aws_refuses" {
  command = plan

  variables {
    technical = { Team = "a,b" }
  }

  expect_failures = [var.technical]
}

run "technical_value_that_is_too_long" {
  command = plan

  variables {
    technical = { Team = join("", [for n in range(257) : "x"]) }
  }

  expect_failures = [var.technical]
}

run "technical_key_that_is_mandatory" {
  command = plan

  variables {
    technical = { CostCenter = "FIN-666" }
  }

  expect_failures = [var.technical]
}

run "technical_key_that_is_mandatory_in_another_spelling" {
  command = plan

  variables {
    technical = { cost_center = "FIN-666" }
  }

  expect_failures = [var.technical]
}

run "one_key_in_two_spellings" {
  command = plan

  variables {
    business  = { TeamName = "a" }
    technical = { team-name = "b" }
  }

  expect_failures = [output.tags]
}

run "one_key_in_both" {
  command = plan

  variables {
    business  = { Team = "a" }
    technical = { Team = "b" }
  }

  expect_failures = [output.tags]
}

run "more_tags_than_fit" {
  command = plan

  variables {
    business  = { for n in range(20) : "b${n}" => "x" }
    technical = { for n in range(21) : "t${n}" => "x" }
  }

  expect_failures = [output.tags]
}
