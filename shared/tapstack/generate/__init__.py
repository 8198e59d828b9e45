"""Files that are made from code."""
