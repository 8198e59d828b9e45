"""Contracts held against the code that reads them, their snapshots, and what is deployed."""
