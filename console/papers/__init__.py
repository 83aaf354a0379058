"""Papers for people outside: what is signed and handed over, in English and in Russian."""
