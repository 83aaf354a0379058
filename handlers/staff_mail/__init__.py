"""Mail addresses of those who work here: sealed rows beside the log."""
