"""Beds in houses: held, taken, given up, waited for; never more people than beds."""
