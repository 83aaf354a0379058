"""What is taken as a file: looked at byte by byte, stripped of what nobody meant to send, sealed, stored, attached."""
