"""Letters: composed without anybody's name, and sent at most once."""
