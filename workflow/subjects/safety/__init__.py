"""Safety: age, risk, reflection, and who decides with a child."""
