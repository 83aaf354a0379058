"""Putting right what was known of a person and was wrong."""
