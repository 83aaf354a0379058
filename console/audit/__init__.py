"""What an auditor is given: a case with its proofs in one file, and the program that checks it without us."""
