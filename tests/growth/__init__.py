"""What grows with the merchants and what does not: on a lane with 10 and 1,000 of them, on the model with 10,000."""
