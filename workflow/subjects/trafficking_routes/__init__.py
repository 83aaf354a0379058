"""The way a person was taken."""
