"""Ready answers to everyday questions."""
