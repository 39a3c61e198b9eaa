"""A Single Window message broker."""
