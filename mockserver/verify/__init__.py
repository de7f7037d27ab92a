"""Run a provider's catalogue against the mock or the real service."""
