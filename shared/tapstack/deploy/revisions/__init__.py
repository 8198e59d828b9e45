"""Rolls a layer back: the program of a revision of git, planned and deployed like the checkout's own."""
