"""What the functions cost: processor time beside a bare call of the SDK, calls, write units, imports and packages."""
