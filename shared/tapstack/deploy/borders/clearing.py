"""Before subnets and groups of functions are deleted: no version of a function is in them, and no interface either.

Lambda's network interfaces belong to pairs of subnet and security group, and stay as long as a version of any function
is in both: what a reader's program holds no more, a version that is kept to go back to may hold still.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
"""

from collections.abc import Callable, Collection

from botocore.exceptions import BotoCoreError, ClientError

from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.deploy.borders.holds import left_in
from tapstack.deploy.interfaces import GROUP, wait_until_free
from tapstack.deploy.versions import Version, Versions, functions_in
from tapstack.engine.aws import Aws
from tapstack.engine.environment import Environment
from tapstack.engine.state import LayerState, states_of


def leaving_ids(states: Collection[LayerState]) -> frozenset[str]:
    """List the ids of what was replaced in some layers and is not deleted yet."""
    return frozenset(item["id"] for state in states for item in left_in(state))


def clear_the_way(environment: Environment, layer: str, deployed: Collection[str], told: Callable[[str], None]) -> None:
    """See that no function keeps AWS from deleting what a layer has replaced.

    Versions that are kept to go back to alone are deleted: what they ran in is going.

    Args:
        environment: where.
        layer: the layer.
        deployed: the layers that this command deploys, and so may delete versions of.
        told: hears, now and then, what is waited for.

    Raises:
        UserError: a version is still needed, belongs to another team, or interfaces are there after 45 minutes.
    """
    states = states_of(environment, {layer})
    groups = {
        item["id"]: f"{(item.get('outputs') or {}).get('arn')}"
        for item in left_in(states[layer])
        if item["type"] == GROUP
    }
    if not groups:
        return
    leaving = leaving_ids([states[layer]])
    for name, state in states.items():
        if name != layer and (functions := functions_in(state.resources)):
            try:
                _delete_versions(environment, name, Versions(environment, functions, leaving), layer, deployed)
            except (ClientError, BotoCoreError) as error:
                # A team's role may not look at the functions of another; their interfaces are waited for all the same.
                told(f"versions of functions of {name} cannot be looked at: {error}")
    prune = command("prune-versions", stack=environment.name)
    kept = f"what they are in is kept. A version of a function that is there to go back to has one too: {prune}"
    wait_until_free(environment, Aws(environment, groups.values), list(groups), told, kept=kept)


def _delete_versions(
    environment: Environment, reader: str, versions: Versions, layer: str, deployed: Collection[str]
) -> None:
    inside = [version for version in versions.all() if version.is_leaving]
    if reader in deployed:
        inside = [version for version in inside if version.kept or not versions.delete(version)]
    if not inside:
        return
    told = ", ".join(f"{version.function}:{version.number}{_why(version)}" for version in inside)
    first = command(
        "up" if any(version.kept for version in inside) else "prune-versions", reader, stack=environment.name
    )
    raise UserError(
        f"{layer}: versions of functions are still in what it deletes: {told}; next: {first}, then "
        f"{command('up', layer, stack=environment.name)}"
    )


def _why(version: Version) -> str:
    return f" ({version.kept}: end the canary, or move the alias, first)" if version.kept else ""
