"""A report in the forms that people, pull requests, CI systems and code scanning read."""
