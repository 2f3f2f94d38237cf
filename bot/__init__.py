"""Telegram: updates in, texts out, for customers and for agents."""
