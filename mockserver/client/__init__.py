"""What tests in other repositories import."""
