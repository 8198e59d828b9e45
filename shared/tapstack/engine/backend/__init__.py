"""What the teams' commands keep in the state backend beside the engine's own: what is read, and who is at work."""
