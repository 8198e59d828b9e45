"""Finds or builds the Pulumi engine."""

from tapstack.engine.install import find_engine


def engine() -> int:
    """Print version, route and path of the engine."""
    found = find_engine()
    print(f"pulumi {found.version} ({found.route}): {found.path}")
    print(f"language host: {found.language_host}")
    return 0
