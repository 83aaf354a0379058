"""Questions to the log and its tables, answered as plain values."""
