"""What people read: names and reasons in English and Russian, days and sums, and the pages' messages."""
