"""What is made from code: one table of it (`table.py`), one command that writes it, one check."""
