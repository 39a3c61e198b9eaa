"""Migrations of the state, one file a step; `env` runs them on a given connection."""
