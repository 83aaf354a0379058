"""Drills: what must hold when somebody does their worst is done here, and counted."""
