"""Takes a layer out of the checkout, once it is up nowhere."""

from tapstack.checkout import CHECKOUT
from tapstack.cli.up_nowhere import require_up_nowhere
from tapstack.console.errors import UserError
from tapstack.console.progress import say
from tapstack.deploy.changes import changed_since
from tapstack.deploy.scaffold import remove
from tapstack.deploy.scaffold.declared_layer import DeclaredLayer


def remove_layer(name: str, *, lane_only: bool) -> int:
    """Take it out, and say what was changed and what still names it."""
    own = DeclaredLayer(name, CHECKOUT)
    own.require_unread()
    require_up_nowhere(name, lane_only=lane_only)
    _require_committed(own)
    mentions = own.named_in()
    changed = remove(name)
    for path in changed:
        print(f"{'wrote' if (CHECKOUT / path).exists() else 'removed'} {path}")
    if left := [path for path in mentions if path not in changed]:
        say(f"look through what may still name it: {', '.join(left)}")
    return 0


def _require_committed(own: DeclaredLayer) -> None:
    """Refuse to remove what could not be taken back.

    Raises:
        UserError: a file of the layer is in no commit as it is, or git is not there to tell.
    """
    files = own.files()
    if changed := [path for path in changed_since("HEAD") if path in files]:
        raise UserError(
            f"{changed[0]} is in no commit as it is, and would be lost; nothing was changed. Commit or drop it first"
        )
