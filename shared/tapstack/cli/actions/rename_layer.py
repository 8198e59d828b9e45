"""Gives a layer another name, once it is up nowhere."""

from tapstack.checkout import CHECKOUT
from tapstack.cli.actions.new_layer import refuse_verb
from tapstack.cli.up_nowhere import require_up_nowhere
from tapstack.console.hints import command
from tapstack.console.progress import say
from tapstack.deploy.scaffold import rename
from tapstack.deploy.scaffold.declared_layer import DeclaredLayer


def rename_layer(old: str, new: str, *, lane_only: bool) -> int:
    """Rename it, and say what was changed and what still has the old name."""
    refuse_verb(new)
    own = DeclaredLayer(old, CHECKOUT)
    own.require_unread()
    require_up_nowhere(old, lane_only=lane_only)
    mentions = own.named_in()
    changed = rename(old, new)
    for path in changed:
        print(f"{'wrote' if (CHECKOUT / path).exists() else 'removed'} {path}")
    if left := [path for path in mentions if path not in changed]:
        say(f"look through what may still have the old name: {', '.join(left)}")
    print(f"now deploy it under its new name: {command('up', new)}")
    return 0
