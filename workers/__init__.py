"""The hands: take tasks, do what they ask of the outside world, report what came of it."""
