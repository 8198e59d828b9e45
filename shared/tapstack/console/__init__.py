"""What a person sees: progress, tables, and errors of one line."""
