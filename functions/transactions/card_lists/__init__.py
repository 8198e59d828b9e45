"""Lists of cards at a merchant: a card is blocked or allowed, or a rule is muted for it, until a time."""
