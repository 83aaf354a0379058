"""Values people type, checked and compared: text, countries, telephone numbers, days, names."""
