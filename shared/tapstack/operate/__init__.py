"""What operators do with a deployed environment, on the local lane and on a real account."""
