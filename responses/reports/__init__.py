"""What supervisors read of many cases: causes, strengths, fairness, what agents keep correcting."""
