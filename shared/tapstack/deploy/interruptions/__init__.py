"""What a run that was cut short has left, how it is looked up, and how it is settled."""
