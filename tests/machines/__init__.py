"""Rule machines: people, workers and time in whatever order, each held to a small plain model of its subject."""
