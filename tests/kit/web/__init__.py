"""People in front of the console: asked in this process, or seen in a real browser."""
