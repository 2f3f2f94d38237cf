"""What leaves the house: answers, standing texts, and what became of each."""
