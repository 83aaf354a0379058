"""Grants, costs and the funders' money."""
