"""What somebody typed and has not sent: kept sealed beside the log for a while, and part of no history."""
