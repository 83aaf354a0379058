"""Erasing: what is destroyed of a person in the database, and again in every older copy of it."""
