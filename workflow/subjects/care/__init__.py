"""Care by appointment."""
