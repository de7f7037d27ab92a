"""Measures the mock against a bare ASGI application under the same server, as ratios within one run."""
