"""The steps of the schema, in order; a step that was once released is never changed."""
