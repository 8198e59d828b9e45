"""Secrets that AWS would not make again: the one of their name was deleted, and can be restored for some days yet.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from tapstack.console.errors import UserError
from tapstack.console.hints import by_hand
from tapstack.engine.aws import Aws, tells_place
from tapstack.engine.environment import Environment
from tapstack.engine.events import Report

_SECRET: Final = "aws:secretsmanager/secret:Secret"  # noqa: S105 - the type's name


def in_the_way(
    environment: Environment, layer: str, report: Report, resources: Iterable[Mapping[str, Any]]
) -> Iterator[str]:
    """Tell of the secrets that a layer's deployment would make, and that have to be restored first.

    Where AWS does not say, nothing is told: it refuses them when they are made.

    Args:
        environment: where.
        layer: whose deployment.
        report: its preview.
        resources: those that the layer has, by which the account is known.
    """
    made = [item for item in report.started if (item.op, item.type) == ("create", _SECRET)]
    names = {item.name: item.inputs_after["name"] for item in made if isinstance(item.inputs_after.get("name"), str)}
    arns = [f"{(item.get('outputs') or {}).get('arn')}" for item in resources]
    if not names or not any(map(tells_place, arns)):
        return
    try:
        client = Aws(environment, lambda: arns).client("secretsmanager")
    except (UserError, BotoCoreError):
        return
    for logical, name in names.items():
        try:
            secret = client.describe_secret(SecretId=name)
        except (ClientError, BotoCoreError):
            continue
        if until := secret.get("DeletedDate"):
            words = ("import", _SECRET, logical, secret["ARN"], "--stack", environment.name)
            imported = by_hand(layer, *words, stack=environment.name)
            yield (
                f"secret {name!r} is deleted, and AWS makes no other of its name until {until:%Y-%m-%d}; restore it: "
                f"aws secretsmanager restore-secret --secret-id {name} && {imported}"
            )
