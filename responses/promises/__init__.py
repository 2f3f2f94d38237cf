"""What was promised: kept, broken, withdrawn, and reminded of."""
