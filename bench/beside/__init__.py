"""Wayhome beside its peers, all in one run: whoever is measured does the same work and is counted in the database."""
