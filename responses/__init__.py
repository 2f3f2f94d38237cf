"""From a stored message to a sent answer: cases, policy, drafts, approval and delivery."""
