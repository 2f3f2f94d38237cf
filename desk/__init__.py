"""The web desk for agents and the web chat for customers."""
