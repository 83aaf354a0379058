"""A programme as an office writes it: read, checked, compiled to a journey, drawn."""
