"""Case records published by the Counter-Trafficking Data Collaborative, read into referrals."""
