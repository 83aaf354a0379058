"""Ends: of cases, houses and programmes."""
