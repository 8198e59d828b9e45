"""What others added to our things: what AWS says they hold, without what the states account for."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from tapstack.deploy.drift.by_design import Addition, is_addition_by_design
from tapstack.deploy.drift.differences import Difference
from tapstack.deploy.drift.look import Look, identity, search, words
from tapstack.deploy.drift.looks import LOOKS
from tapstack.engine.aws import Aws
from tapstack.engine.environment import Environment
from tapstack.engine.stack import is_made

Resource = Mapping[str, Any]
Ask = Callable[[str, str, Mapping[str, Any], str | None], Mapping[str, Any]]
"""Calls an operation: service, operation, parameters, region; gives all pages of the answer as one."""

# What AWS calls things that are not there: the thing itself, which the engine tells, or what it may hold.
_GONE: Final = ("NotFound", "NotFoundException", "NotFoundFault", "NotFoundError", "NoSuchEntity")


@dataclass
class Found:
    """What looking brought.

    Attributes:
        additions: what others added.
        unseen: what could not be looked at, each with the reason.
    """

    additions: list[Difference] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)


def asked_of(environment: Environment, resources: Sequence[Resource]) -> Ask:
    """Give what asks the environment's AWS, at the place that a layer's resources are in.

    Raises:
        UserError: it does not answer.
    """
    arns = (f"{_outputs(item).get('arn')}" for item in resources)
    return asked_through(Aws(environment, lambda: arns))


def asked_through(aws: Aws) -> Ask:
    """Give what asks an AWS by its clients."""

    def ask(service: str, operation: str, params: Mapping[str, Any], region: str | None) -> Mapping[str, Any]:
        client = aws.client(service, region)
        if client.can_paginate(operation):
            pages: Mapping[str, Any] = client.get_paginator(operation).paginate(**params).build_full_result()
            return pages
        answer: Mapping[str, Any] = getattr(client, operation)(**params)
        return answer

    return ask


def additions(
    resources: Sequence[Resource], everything: Sequence[Resource], unread: Collection[str], ask: Ask
) -> Found:
    """Find what things hold beyond the states.

    Args:
        resources: a layer's, whose things are looked at.
        everything: those of all states that could be read.
        unread: the layers whose states could not.
        ask: asks AWS.

    Raises:
        UserError: AWS cannot be asked at all.
    """
    answers: dict[str, Mapping[str, Any] | str] = {}
    found, seen = Found(), set()
    # A state's order is that of the deployment; what is told must not be.
    things = sorted(filter(is_made, resources), key=lambda item: f"{item['urn']}")
    for look in LOOKS:
        own = [_outputs(item) for item in everything if item["type"] == look.type]
        known = {identity(look.own, outputs) for outputs in own}
        for resource in (item for item in things if item["type"] == look.of):
            thing = _outputs(resource)
            if (params := look.asks(thing)) is None:
                continue
            region = thing.get("region")
            answer = _answer(answers, ask, look, params, region)
            if isinstance(answer, str):
                found.unseen.append(f"{look.service} {look.operation} of {_told(resource)}: {answer}")
                continue
            for held in look.finds(thing, answer):
                key = identity(look.key, held)
                if key in known or (look.type, key) in seen:
                    continue
                seen.add((look.type, key))
                if not is_addition_by_design(Addition(look.type, held["item"], thing, own, unread)):
                    found.additions.append(_addition(look, held, resource))
    return found


def _answer(
    answers: dict[str, Mapping[str, Any] | str], ask: Ask, look: Look, params: Mapping[str, Any], region: str | None
) -> Mapping[str, Any] | str:
    """Ask once for the same thing; the answer is AWS's, or in one line why there is none."""
    key = json.dumps([look.service, look.operation, params, region], sort_keys=True)
    if key not in answers:
        try:
            answers[key] = ask(look.service, look.operation, params, region)
        except ClientError as error:
            code = f"{error.response['Error'].get('Code')}"
            gone = code.endswith(_GONE)
            answers[key] = {} if gone else f"{code}: {error.response['Error'].get('Message')}"
        except BotoCoreError as error:
            answers[key] = f"{error}"
    return answers[key]


def _addition(look: Look, held: Mapping[str, Any], resource: Resource) -> Difference:
    name = f"{search(look.name, held)}"
    where = "beside" if look.type == look.of else "on"
    return Difference("create", look.type, name, (), f"{where} {_told(resource)}", words(look.detail, held))


def _told(resource: Resource) -> str:
    return f"{resource['urn'].rpartition('::')[2]!r} ({resource['type']})"


def _outputs(resource: Resource) -> dict[str, Any]:
    """Give a resource's outputs as the state has them, and its id; a secret is the engine's object of ciphertext."""
    return {**(resource.get("outputs") or {}), "id": resource.get("id")}
