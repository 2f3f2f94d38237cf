"""What customers may choose between, and how they choose."""
