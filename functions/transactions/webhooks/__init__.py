"""Webhooks: the notifications that ask for them, their signatures, and their delivery."""
