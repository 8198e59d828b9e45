"""Smoke runs: whether an environment takes, decides and tells of transactions, seen by its own probe."""
