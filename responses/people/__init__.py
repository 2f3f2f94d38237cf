"""Those who work here: who they are, who is there, and who is called."""
