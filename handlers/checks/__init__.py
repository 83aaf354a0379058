"""What must always hold, asked of the log and the tables beside it."""
