"""Find or build the Pulumi engine and say which one it is."""

import argparse

from tapstack.engine.install import find_engine


def configure(parser: argparse.ArgumentParser) -> None:
    """Nothing to configure."""


def run(_options: argparse.Namespace) -> int:
    """Print version, route and path of the engine."""
    engine = find_engine()
    print(f"pulumi {engine.version} ({engine.route}): {engine.path}")
    print(f"language host: {engine.language_host}")
    return 0
