"""A simulation: people who do not exist go through a programme, so that everybody can see how it works."""
