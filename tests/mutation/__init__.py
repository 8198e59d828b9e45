"""Every small change of the functions that matters is seen by a test: `nox -s mutation`."""
