"""A log that was recorded once, and what the code that recorded it said of it; README.md tells the rest."""
