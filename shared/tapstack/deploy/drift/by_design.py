"""What is no drift: changes that operators make by TapStack's own commands, and what AWS's services add by themselves.

Each row has its reason; `docs/teams.md` tells them.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tapstack.engine.events import Reading
from transactions.product import PRODUCT

ALIAS: Final = "aws:lambda/alias:Alias"
GRANT: Final = "aws:kms/grant:Grant"
PERMISSION: Final = "aws:lambda/permission:Permission"
PLAN_KEY: Final = "aws:apigateway/usagePlanKey:UsagePlanKey"

_SERVICE: Final = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")


@dataclass(frozen=True)
class Addition:
    """Something that one of our things holds beyond the states.

    Attributes:
        type: the resource type that a program would make it by.
        item: what AWS tells of it.
        thing: the outputs of the resource of ours that holds it, and its `id`.
        own: the outputs of all resources of the type in the states.
        unread: the layers whose states could not be read.
    """

    type: str
    item: Any
    thing: Mapping[str, Any]
    own: Sequence[Mapping[str, Any]]
    unread: Collection[str]


@dataclass(frozen=True)
class ChangeByDesign:
    """A change of a resource of ours.

    Attributes:
        type: the resource's type.
        what: what is changed, and by whom.
        reason: why that is no drift.
        covers: whether a change is this one: what was read, and the property, None for the resource as a whole.
    """

    type: str
    what: str
    reason: str
    covers: Callable[[Reading, str | None], bool]


@dataclass(frozen=True)
class AdditionByDesign:
    """Something that is added to a thing of ours; the attributes are those of `ChangeByDesign`."""

    type: str
    what: str
    reason: str
    covers: Callable[[Addition], bool]


def _same_versions(reading: Reading, key: str | None) -> bool:
    before, after = (
        ((outputs or {}).get("routingConfig") or {}).get("additionalVersionWeights") or {}
        for outputs in (reading.before, reading.after)
    )
    return key == "routingConfig" and bool(before) and before.keys() == after.keys()


def _is_a_merchant_s(addition: Addition) -> bool:
    """Tell whether a key in a usage plan is named as this environment's merchants' are."""
    environment = (addition.thing.get("tags") or {}).get("Environment")
    return f"{addition.item.get('name')}".startswith(f"{PRODUCT}-{environment}-merchant")


def _is_a_service_s(addition: Addition) -> bool:
    """Tell whether a service holds a grant, or holds it for a role of this environment, as Lambda does."""
    grantee = f"{addition.item.get('GranteePrincipal')}"
    environment = (addition.thing.get("tags") or {}).get("Environment")
    roles = rf"arn:[^:]+:(iam|sts)::\d+:(role|assumed-role)/{PRODUCT}-{re.escape(f'{environment}')}-.*"
    account = f"{addition.thing['arn']}".split(":")[4]
    return bool(_SERVICE.fullmatch(grantee)) or (bool(re.fullmatch(roles, grantee)) and f"::{account}:" in grantee)


CHANGES: Final = (
    ChangeByDesign(
        ALIAS,
        "the weights of a canary, between the versions that the state has",
        "more or less of the calls is what a canary is for; another version is told",
        _same_versions,
    ),
)
ADDITIONS: Final = (
    AdditionByDesign(
        PLAN_KEY,
        "API keys of merchants in the usage plans",
        "`merchant add`, `rotate-key` and `set-tier` put them there; `merchant reconcile` finds what is nobody's",
        _is_a_merchant_s,
    ),
    AdditionByDesign(
        PERMISSION,
        "the API's permission to call the validator, where the state of api-edge is not for these credentials",
        "`drift api-edge` holds it to that state",
        lambda addition: addition.item.get("Sid") == "transactions-api" and "api-edge" in addition.unread,
    ),
    AdditionByDesign(
        GRANT,
        "grants of the key to AWS's services, and to the environment's own roles",
        "Lambda and DynamoDB make them for what is encrypted with the key",
        _is_a_service_s,
    ),
)
NOT_LOOKED_AT: Final[Mapping[str, str]] = {
    "merchants": "`tapstack merchant add` and its like write the table's items, and `merchant reconcile` looks at them",
    "transactions, velocity": "what the functions write is the product's work",
    "older versions of a function": "Lambda keeps every version that was published; a newer one is told",
    "connections of a transit gateway": "without a route, which is told, none of it is used, and the emulator knows no "
    "such call",
}
"""What is never looked at, to the reason."""


def is_by_design(reading: Reading, key: str | None = None) -> bool:
    """Tell whether a change is by design: of one property, or without one whatever became of the resource."""
    return any(row.type == reading.type and row.covers(reading, key) for row in CHANGES)


def is_addition_by_design(addition: Addition) -> bool:
    """Tell whether an addition is by design."""
    return any(row.type == addition.type and row.covers(addition) for row in ADDITIONS)
