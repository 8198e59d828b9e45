"""The checks: one per control, in a file per service of AWS."""
