"""Taking over the merchants of an earlier release, whose keys and secrets were resources of data and api-edge.

1  each merchant    its enrolment, its secrets from Secrets Manager, encrypted, and what its binding lacks: one
                    transaction
2  each layer       its state lets go of the merchants' resources: nothing at AWS is deleted, now or by the next `up`
3  on demand        the secrets in Secrets Manager go, once no function reads them

Keys and secrets stay what they are. The earlier release's functions read what they always read, those of this one what
step 1 has written, so either may be deployed meanwhile. Cut anywhere, the same command goes on.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from tapstack.console.errors import UserError
from tapstack.console.words import quoted
from tapstack.engine.stack import LayerStack
from tapstack.operate.merchants import secrets_item
from tapstack.operate.merchants.bindings import bind
from tapstack.operate.merchants.enrolments import Enrolment, Enrolments, Key
from tapstack.operate.merchants.hand_over import Encryption
from tapstack.operate.merchants.onboarding import FIRST_LABEL
from tapstack.operate.settings_file import ID_FORM, is_merchant_id
from transactions.agreed.probe import PROBE_MERCHANT
from transactions.clock import Clock
from transactions.webhooks.signing import WebhookSecrets

API_KEY: Final = "aws:apigateway/apiKey:ApiKey"
BINDING: Final = "aws:dynamodb/tableItem:TableItem"
PLACE: Final = "aws:apigateway/usagePlanKey:UsagePlanKey"
PLAN: Final = "aws:apigateway/usagePlan:UsagePlan"
SECRET: Final = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type is no secret
VERSION: Final = "aws:secretsmanager/secretVersion:SecretVersion"
RANDOM: Final = "random:index/randomBytes:RandomBytes"
_SECRET_NAME: Final = "webhook-"  # noqa: S105 - what a name begins with is none
_BINDING_NAME: Final = "key-of-"
_RELEASED: Final[Mapping[str, frozenset[str]]] = {
    "api-edge": frozenset({API_KEY, BINDING, PLACE}),
    "data": frozenset({SECRET, VERSION, RANDOM}),
}
"""Layer to the types of the resources that its state lets go of."""

Resource = Mapping[str, Any]


@dataclass(frozen=True)
class Found:
    """A merchant as an earlier release's states have it.

    Attributes:
        merchant_id: its id.
        tier: whose usage plan its key is in.
        api_key_id: API Gateway's.
        binding: the id of the item that binds the key.
        secret_arn: of its secret in Secrets Manager.
    """

    merchant_id: str
    tier: str
    api_key_id: str
    binding: str
    secret_arn: str


def found_in(edge: Sequence[Resource], data: Sequence[Resource]) -> Iterator[Found]:
    """Find the merchants in the resources of both layers' states.

    Raises:
        UserError: a merchant has a key and no secret, or no place in a usage plan, or the probe's id, or none that a
            merchant can have.
    """
    edge = [item for item in edge if not _is_of_probe(item)]
    plans = {item["id"]: _name(item) for item in edge if item["type"] == PLAN}
    places = {
        item["outputs"]["keyId"]: plans.get(item["outputs"]["usagePlanId"], "")
        for item in edge
        if item["type"] == PLACE
    }
    # The id is the table's name, the key's name and the values of the key.
    bindings = {_name(item): item["id"].split("|")[3] for item in edge if item["type"] == BINDING}
    secrets = {_name(item): item["id"] for item in data if item["type"] == SECRET}
    if f"{_SECRET_NAME}{PROBE_MERCHANT}" in secrets:
        raise UserError(
            f"a merchant of the earlier release has the id {PROBE_MERCHANT!r}, which the environment's own merchant "
            "has now; give it another one there, with a key of its own, then adopt"
        )
    for item in edge:
        if item["type"] != API_KEY:
            continue
        merchant_id, key_id = _name(item), item["id"]
        if not is_merchant_id(merchant_id):
            raise UserError(
                f"the state of api-edge has an API key of {quoted(merchant_id)}, and {ID_FORM}; rename it there with "
                "the earlier release, then adopt"
            )
        tier, binding = places.get(key_id), bindings.get(f"{_BINDING_NAME}{merchant_id}")
        secret = secrets.get(f"{_SECRET_NAME}{merchant_id}")
        if not (tier and binding and secret):
            lacks = "place in a usage plan" if not tier else "binding" if not binding else "webhook secret"
            raise UserError(
                f"merchant {merchant_id!r} has an API key in the state of api-edge and no {lacks}; deploy the earlier "
                "release once more, then adopt"
            )
        yield Found(merchant_id, tier, key_id, binding, secret)


@dataclass(frozen=True)
class Adoption:
    """Takes merchants over.

    Attributes:
        enrolments: the merchants table's.
        encryption: the customer key.
        secrets_manager: where the secrets are.
        clock: tells now.
    """

    enrolments: Enrolments
    encryption: Encryption
    secrets_manager: Any
    clock: Clock

    def take_over(self, found: Found) -> bool:
        """Write what a merchant lacks, all or nothing; tell whether it lacked anything.

        Raises:
            UserError: its API key is somebody else's.
            ChangedMeanwhileError: somebody else does the same.
        """
        if self.enrolments.read(found.merchant_id) is not None:
            return False
        if (owner := self.enrolments.bound_to(found.binding)) not in {None, found.merchant_id}:
            raise UserError(
                f"the API key {found.api_key_id} of merchant {found.merchant_id!r} is bound to merchant "
                f"{quoted(f'{owner}')} in the merchants table, and submits transactions for that one; delete the item "
                f"{found.binding} there if it is not, then adopt"
            )
        answer = self.secrets_manager.get_secret_value(SecretId=found.secret_arn)
        held = msgspec.json.decode(answer["SecretString"], type=WebhookSecrets)
        current, previous = (
            self.encryption.of_secret(found.merchant_id, secret) if secret else None
            for secret in (held.current, held.previous)
        )
        now = self.clock()
        key = Key(label=FIRST_LABEL, api_key_id=found.api_key_id, tier=found.tier, binding=found.binding, made_at=now)
        nothing = Enrolment(
            merchant_id=found.merchant_id, version=0, state="enrolled", tier=found.tier, made_at=now, keys=[key]
        )
        secret = secrets_item.first(found.merchant_id, current or b"", previous)
        self.enrolments.save(nothing, secret, bind(found.merchant_id, key))
        return True


def let_go(stack: LayerStack) -> int:
    """Take the merchants' resources out of a layer's state, at once; give how many there were.

    Raises:
        UserError: the state cannot be read or written.
    """
    exported = json.loads(stack.command("stack", "export", "--stack", stack.name))
    resources: list[Resource] = exported["deployment"].get("resources") or []
    kept = [item for item in resources if item["type"] not in _RELEASED[stack.layer] or _is_of_probe(item)]
    if len(kept) < len(resources):
        exported["deployment"]["resources"] = kept
        _import(stack, json.dumps(exported))
    return len(resources) - len(kept)


def _import(stack: LayerStack, text: str) -> None:
    file = stack.logs / f"{stack.layer}-released.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")
    try:
        stack.command("stack", "import", "--stack", stack.name, "--file", f"{file}")
    finally:
        file.unlink()


def delete_secrets(secrets_manager: Any, arns: Callable[[], Iterator[str]]) -> int:
    """Have the secrets in Secrets Manager go, restorable for a week; give how many there were."""
    deleted = 0
    for arn in arns():
        secrets_manager.delete_secret(SecretId=arn, RecoveryWindowInDays=7)
        deleted += 1
    return deleted


def _is_of_probe(item: Resource) -> bool:
    """Tell whether a resource is of the one merchant that stays a resource (projects/api-edge/probe.py)."""
    return _name(item) in {PROBE_MERCHANT, f"{_BINDING_NAME}{PROBE_MERCHANT}", f"settings-of-{PROBE_MERCHANT}"}


def _name(item: Resource) -> str:
    name: str = item["urn"].rpartition("::")[2]
    return name
