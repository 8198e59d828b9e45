"""Deletes published versions of functions that nobody needs: by hand, and after each deployment that made new ones."""

import dataclasses
import json
from collections.abc import Collection, Sequence

from botocore.exceptions import BotoCoreError, ClientError

from tapstack.cli import environments
from tapstack.cli.statuses import DONE
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.progress import say, step
from tapstack.console.table import print_table
from tapstack.console.words import counted
from tapstack.deploy.borders.clearing import leaving_ids
from tapstack.deploy.versions import Version, Versions, functions_in
from tapstack.engine.environment import Environment
from tapstack.engine.state import state_of
from tapstack.layers import BY_NAME, LAYERS


def prune_versions(stack: str, layers: Sequence[str], *, dry_run: bool, as_json: bool) -> int:
    """Show the versions, and delete those that nobody needs.

    Raises:
        UserError: the environment is not there, or AWS refuses.
    """
    layers = layers or LAYERS
    environment = environments.environment_named(stack)
    with environment.opened("prune-versions", starts=False, layers=layers, changes=not dry_run):
        upstream = {name for layer in layers for name in BY_NAME[layer].reads}
        leaving = leaving_ids([state_of(environment, name) for name in upstream])
        if (versions := _versions(environment, layers, leaving)) is None:
            say(f"no function of {', '.join(layers)} publishes versions")
            return DONE
        try:
            every = versions.all()
            if as_json:
                print(json.dumps([dataclasses.asdict(version) for version in every], indent=2))
            else:
                _print(every)
            idle = [version for version in every if not version.kept]
            if dry_run:
                say(f"would delete {len(idle)} of {counted(len(every), 'version')}; nothing was changed")
                return DONE
            gone = sum(map(versions.delete, idle))
        except (ClientError, BotoCoreError) as error:
            raise UserError(f"{error}. Run the same command again to go on") from error
    say(f"deleted {gone} of {counted(len(every), 'version')}")
    return DONE


def settle(environment: Environment, layers: Collection[str]) -> None:
    """See that what layers have just deployed can be called, and delete the versions that it has left without a use.

    That these cannot be deleted is told, and is no failure.

    Raises:
        UserError: an alias points to a version that did not start; all versions are there to go back to.
    """
    try:
        if (versions := _versions(environment, layers)) is None:
            return
        with step("versions", "waiting for the functions' new versions") as current:
            failed = versions.not_started()
            idle = [] if failed else [version for version in versions.all() if not version.kept]
            gone = sum(map(versions.delete, idle))
            current.result = f"{counted(gone, 'version')} deleted that nobody needs any more"
    except (ClientError, BotoCoreError) as error:
        go_on = command("prune-versions", *sorted(layers), stack=environment.name)
        say(f"versions that nobody needs may still be there, and are paid for: {error}. Once more: {go_on}")
        return
    if failed:
        raise UserError(f"{'; '.join(failed)}. The layers are up; see docs/on-call.md for the way back")


def _versions(
    environment: Environment, layers: Collection[str], leaving: Collection[str] = frozenset()
) -> Versions | None:
    functions = {
        name: arn for layer in layers for name, arn in functions_in(state_of(environment, layer).resources).items()
    }
    return Versions(environment, functions, leaving) if functions else None


def _print(versions: Sequence[Version]) -> None:
    rows = [
        (item.function, item.number, item.published[:19], item.memory_mb, item.kept or "nobody") for item in versions
    ]
    print_table(("function", "version", "published", "MB", "needed by"), rows, right=("version", "MB"))
