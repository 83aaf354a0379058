"""What happened, for ever: the catalogue of facts, the log that keeps them, the keys that seal them."""
