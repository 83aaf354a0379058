"""Referrals to providers, and what each may be shown."""
