terraform {
  # Validations here look at more than one variable, which Terraform knows since 1.9.
  required_version = ">= 1.9"
}
