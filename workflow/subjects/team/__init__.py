"""Those who work here beside each other: teams, stand-ins, and what each is told."""
