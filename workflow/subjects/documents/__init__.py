"""Documents: in hand, on the way, late, lost."""
