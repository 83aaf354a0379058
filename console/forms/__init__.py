"""Forms made of the command classes: what is asked, what may be chosen, what was given. Nothing here knows the web."""
