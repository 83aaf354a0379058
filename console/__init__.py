"""The doors for people: the command line (and later the web)."""
