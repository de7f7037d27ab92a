"""Runs a provider's catalogue against an address, be it the mock or the real service, and says what it found."""
