"""The lane's commands, one file each: `configure` says what they take, `run` does it and returns the exit status."""
