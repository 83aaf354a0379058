"""The one way of a command: gathered, decided, recorded, answered."""
