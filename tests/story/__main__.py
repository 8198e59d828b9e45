"""Tell one of the stories, `renaming`, `life`, `network` or `tour`, in Markdown on stdout.

Each step is run on a copy of the checkout with a lane of its own. A step that does not end as told ends the story.
"""

import os
import sys
import tempfile
from pathlib import Path

from story import life, network, renaming, tour
from story.telling import Story, UnexpectedEndError
from support.scratch_checkout import scratch_checkout

STORIES = {"renaming": renaming.tell, "life": life.tell, "network": network.tell, "tour": tour.tell}


def main(name: str) -> int:
    """Run a story; the status is 1 where it did not go as told."""
    with tempfile.TemporaryDirectory(prefix="tapstack-story-") as folder:
        checkout = scratch_checkout(Path(folder))
        story = Story(checkout)
        try:
            STORIES[name](story, cores=os.cpu_count() or 1)
        except UnexpectedEndError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
        finally:
            checkout.python("-m", "tapstack", "down", "--force")
    sys.stdout.write("\n".join(story.lines).rstrip("\n") + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
