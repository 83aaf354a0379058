"""Tables beside the log, drawn from it in the same transaction and redrawable at will; and the log replayed."""
