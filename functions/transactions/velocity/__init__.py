"""How often and how much a card or a merchant was used, in sliding windows."""
