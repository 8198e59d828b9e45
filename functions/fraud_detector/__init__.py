"""The fraud-detector: decides every transaction that the table's stream tells of."""
