"""Requests as merchants' real clients send them: `programs/` send, `record.py` writes down, `tests/e2e` sends again."""
