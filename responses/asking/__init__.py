"""What customers answer to our questions, read as facts."""
