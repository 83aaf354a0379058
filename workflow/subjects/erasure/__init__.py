"""Erasing a person: asked for, decided by two, and held to in every later copy of the log."""
