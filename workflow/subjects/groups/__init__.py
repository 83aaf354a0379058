"""People who belong together: a family, a couple, one flight."""
