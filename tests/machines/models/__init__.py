"""What each machine is held to: dictionaries and counters written from the handbook, not from the product."""
