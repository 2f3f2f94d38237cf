"""The policy: what the business decided beforehand, and what that means for one case."""
