"""Benches: what Wayhome costs on this machine, always as a ratio to something measured in the same run."""
