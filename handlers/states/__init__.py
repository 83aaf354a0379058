"""How streams stand now, folded from the log and kept in memory."""
