"""Telegram itself: updates in, requests out, at the pace it allows."""
