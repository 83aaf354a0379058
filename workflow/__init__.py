"""What may happen next: journeys as data, guards that explain themselves, decisions without side effects."""
