"""A merchant's journey, walked with generated clients and the example receivers, and told while it is walked."""
