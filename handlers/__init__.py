"""What follows: load, decide, record, react and project, in one transaction."""
