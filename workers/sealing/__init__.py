"""Seals the log and has witnesses sign it."""
