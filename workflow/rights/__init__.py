"""Who may do what, who sees which case, and which parts of it a mandate opens."""
