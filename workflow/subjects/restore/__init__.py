"""What becomes of the house when an older copy of its log is put in place."""
