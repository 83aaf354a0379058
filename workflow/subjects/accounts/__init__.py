"""Who signs in, as what."""
