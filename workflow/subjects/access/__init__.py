"""Whose case it is, and opening one in an emergency."""
