"""A mock server that plays documented HTTP APIs and says on what each of its answers rests."""

__version__ = "0.1.0"
