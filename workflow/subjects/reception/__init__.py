"""Meeting people who arrive."""
