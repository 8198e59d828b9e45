"""Trying settings on a merchant's stored history: the real rules and counts, on a velocity table in memory."""
