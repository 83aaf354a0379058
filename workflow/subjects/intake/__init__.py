"""A case opened, consents, and what is written down."""
