"""Files that prove something: scans, photos, signed declarations, receipts."""
