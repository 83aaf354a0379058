"""One person's case as the rules see it, and how a fact changes it; never holding a name."""
