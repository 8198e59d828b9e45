"""Check or write what GitHub reads of the layers: `python -m tapstack.deploy.github [--write]`."""

import argparse
import sys

from tapstack.checkout import CHECKOUT
from tapstack.deploy.github.files import drifted, render


def main(arguments: list[str] | None = None) -> int:
    """Check or write the files; the status is 1 where a check found drift."""
    parser = argparse.ArgumentParser(prog="python -m tapstack.deploy.github", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the files instead of checking them")
    options = parser.parse_args(arguments)
    differing = drifted()
    for path in differing:
        if options.write:
            (CHECKOUT / path).parent.mkdir(parents=True, exist_ok=True)
            (CHECKOUT / path).write_text(render()[path], encoding="utf-8")
            sys.stdout.write(f"wrote {path}\n")
        else:
            sys.stdout.write(
                f"{path} differs from projects/layers.toml and what the layers use; "
                "write it anew: python -m tapstack.deploy.github --write\n"
            )
    return 1 if differing and not options.write else 0


if __name__ == "__main__":
    sys.exit(main())
