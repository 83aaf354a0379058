"""The schema, step by step. Each step is plain SQL by Alembic and imports nothing of ours."""
