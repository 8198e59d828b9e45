"""One module per command: `configure` describes its arguments, `run` does it, the docstring is its help."""
