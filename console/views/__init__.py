"""What pages and the API show: questions to the office, answered as plain values that know nothing of HTTP."""
