"""AWS Cost Categories to rulebook conditions and back."""
