"""A witness: a partner's machine that sees to it that one log shows everybody the same history."""
