"""Run a provider's catalogue against any address: the mock or the real service."""
