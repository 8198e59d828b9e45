"""Takes a layer out of the checkout, once it is up nowhere."""

from tapstack.checkout import CHECKOUT
from tapstack.cli.up_nowhere import require_up_nowhere
from tapstack.console.progress import say
from tapstack.deploy.scaffold import remove
from tapstack.deploy.scaffold.own import OwnFiles


def remove_layer(name: str, *, lane_only: bool) -> int:
    """Take it out, and say what was changed and what still names it."""
    own = OwnFiles(name, CHECKOUT)
    own.require_unread()
    require_up_nowhere(name, lane_only=lane_only)
    mentions = own.named_in()
    changed = remove(name)
    for path in changed:
        print(f"{'wrote' if (CHECKOUT / path).exists() else 'removed'} {path}")
    if left := [path for path in mentions if path not in changed]:
        say(f"look through what may still name it: {', '.join(left)}")
    return 0
