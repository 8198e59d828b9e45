"""What the verbs do, a function each that returns the exit status; imported when it runs."""
