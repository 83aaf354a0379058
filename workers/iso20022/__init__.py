"""The bank's files, in and out: payment orders, status reports, statements (ISO 20022)."""
