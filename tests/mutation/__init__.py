"""Changes the providers' code in one point at a time, to see whether the catalogue notices: `python -m tests.mutation`."""
