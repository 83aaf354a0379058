"""Services beside a case's way: slips put right, files, families, providers' answers, calls, and what else comes."""
