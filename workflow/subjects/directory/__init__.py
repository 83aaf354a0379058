"""The directory: providers, hosts, escorts, meeters, houses, courses and the office as live records with history."""
