"""What is known of a customer beyond the case at hand, and how they wish to be treated."""
