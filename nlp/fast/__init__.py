"""A small model that answers what it is sure of before the whole classifier is asked."""
