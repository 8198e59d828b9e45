"""The teams' commands, cut at a chosen call to the cloud, and what the same command then makes of it."""
