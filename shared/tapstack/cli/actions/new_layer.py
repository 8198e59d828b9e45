"""Makes a new layer, and says how to go on with it."""

from collections.abc import Sequence

from tapstack.cli.sections import VERBS
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.deploy.scaffold import NewLayer, make


def refuse_verb(name: str) -> None:
    """Refuse a layer's name that the command line has for something else.

    Raises:
        UserError: it has.
    """
    if name in VERBS:
        raise UserError(f"layer name {name!r} is that of a command; choose another")


def new_layer(name: str, reads: str, owners: Sequence[str]) -> int:
    """Make the layer and say what was written; `reads` names layers, with commas between them."""
    read = dict.fromkeys(each.strip() for each in reads.split(",") if each.strip())
    owned_by = tuple(dict.fromkeys(owners or [f"@tapstack/{name}"]))
    refuse_verb(name)
    for path in make(NewLayer(name, tuple(read), owned_by)):
        print(f"wrote {path}")
    print(f"now deploy it into the lane: {command('up', name)}; and test it: .venv/bin/nox -s test-{name}")
    return 0
