"""Judge recorded traffic: rules, coverage, expectations, reports."""
