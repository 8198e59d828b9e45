"""Tell how compute's team renames an output that another team reads; `--write` puts it into docs/.

Each step is run on a copy of the checkout with a lane of its own. A step that does not end as told ends the story.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from story.renaming import tell
from story.telling import Story, UnexpectedEndError
from support.scratch_checkout import scratch_checkout
from tapstack.checkout import CHECKOUT

DOCUMENT = CHECKOUT / "docs" / "renaming-an-output.md"


def main() -> int:
    """Run the story; the status is 1 where it did not go as told."""
    parser = argparse.ArgumentParser(prog="python -m story", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {DOCUMENT.relative_to(CHECKOUT)}, not stdout")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tapstack-story-") as folder:
        checkout = scratch_checkout(Path(folder))
        story = Story(checkout)
        try:
            tell(story, cores=os.cpu_count() or 1)
        except UnexpectedEndError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
        finally:
            checkout.python("-m", "tapstack", "down", "--force")
    text = "\n".join(story.lines).rstrip("\n") + "\n"
    if options.write:
        DOCUMENT.write_text(text, encoding="utf-8")
        print(f"wrote {DOCUMENT}")
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
