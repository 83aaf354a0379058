"""Interleavings: transactions of the real code, let go one statement at a time, in every order there is.

``python -m tests.interleavings`` goes further than the tests do (docs/reliability.md).
"""
