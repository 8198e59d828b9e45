"""Merchants of an earlier release are taken over with the keys and secrets they have, wherever it is cut."""

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from merchants.conftest import DOCUMENT, Office
from merchants.faulty import Client, Cut, CutError, How
from tapstack.console.errors import UserError
from tapstack.operate.merchants import adoption, halves, key_rotation, secret_rotation
from tapstack.operate.merchants.adoption import Adoption, found_in, let_go
from tapstack.operate.merchants.enrolments import Enrolments
from tapstack.operate.merchants.hand_over import Encryption
from transactions.agreed.tables import api_key_id
from transactions.attributes import to_item
from transactions.clock import now
from transactions.merchants import Merchants
from transactions.settings_document import parse_settings
from transactions.webhooks.signing import WebhookSecrets

OLD, NEW = "whsec_b2xk", "whsec_bmV3"


def resource(kind: str, name: str, id_: str, **outputs: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:local::tapstack::{kind}::{name}"
    return {"urn": urn, "type": kind, "id": id_, "custom": True, "outputs": outputs}


def earlier(office: Office, name: str, tier: str = "standard", previous: str | None = None) -> tuple[str, Any, Any]:
    """Make a merchant as the programs of an earlier release did; give its key, and the resources of both states."""
    gateway, table = office.client("apigateway"), office.desk().table
    value = f"{name}{office.environment}".ljust(40, "x")
    made = gateway.create_api_key(name=f"tapstack-dev-merchant-{name}", value=value, enabled=True)["id"]
    gateway.create_usage_plan_key(usagePlanId=office.plans[tier], keyId=made, keyType="API_KEY")
    binding = api_key_id(value)
    office.client("dynamodb").put_item(TableName=table, Item=to_item({"id": binding, "merchant_id": name}))
    Merchants(office.client("dynamodb"), table, now).write(parse_settings(DOCUMENT | {"id": name}))
    secret = office.client("secretsmanager").create_secret(
        Name=f"{office.environment}/{name}", SecretString=json.dumps({"current": NEW, "previous": previous})
    )["ARN"]
    plan = resource(adoption.PLAN, tier, office.plans[tier])
    edge = [
        plan,
        resource(adoption.API_KEY, name, made),
        resource(adoption.BINDING, f"key-of-{name}", f"{table}|id||{binding}"),
        resource(adoption.PLACE, name, "place", keyId=made, usagePlanId=plan["id"]),
    ]
    data = [
        resource(adoption.SECRET, f"webhook-{name}", secret),
        resource(adoption.VERSION, f"webhook-{name}", "version"),
        resource(adoption.RANDOM, f"webhook-{name}", "random"),
    ]
    return value, edge, data


def adoption_of(office: Office, around: Any = lambda client: client) -> Adoption:
    dynamodb, kms, secrets = (around(Client(office.client(name))) for name in ("dynamodb", "kms", "secretsmanager"))
    return Adoption(Enrolments(dynamodb, office.desk().table), Encryption(kms, office.key_arn), secrets, now)


@pytest.mark.parametrize("how", ["before", "after", "twice"])
def test_cut_at_any_of_its_calls_a_merchant_is_taken_over_with_the_same_key_and_secrets(
    office: Office, how: How
) -> None:
    calls = 1
    at = -1
    while at < calls:
        name = f"m{at + 1}"
        value, edge, data = earlier(office, name, previous=OLD)
        (found,) = found_in(edge, data)
        cut = Cut(at, how)
        try:
            adoption_of(office, cut).take_over(found)
        except CutError:
            adoption_of(office).take_over(found)
        calls = max(calls, cut.calls)
        held = office.desk().enrolments.read(name)
        assert held
        assert (held.state, held.tier, held.change) == ("enrolled", "standard", None)
        assert office.secrets(name) == WebhookSecrets(NEW, OLD)
        assert office.desk().api_keys.value(held.keys[0].api_key_id) == value
        assert office.desk().merchants.of_key(value) == name
        assert not adoption_of(office).take_over(found)
        at += 1
    assert calls >= 5
    assert halves.find(office.desk()) == []


def test_what_was_taken_over_is_a_merchant_like_any_other(office: Office) -> None:
    value, edge, data = earlier(office, "acme", tier="premium")
    assert [half.what for half in halves.find(office.desk())] == ["a merchant kept as resources"]

    for found in found_in(edge, data):
        adoption_of(office).take_over(found)

    key_rotation.rotate_key(office.desk(), "acme", None, 60_000, None, office.hand)
    secret_rotation.rotate_secret(office.desk(), "acme", office.hand)
    assert office.secrets("acme") == WebhookSecrets(office.handed[1].webhook_secret, NEW)
    assert office.desk().merchants.of_key(value) == "acme"
    ended = key_rotation.end_key_rotation(office.desk(), "acme")
    assert ended
    assert office.desk().api_keys.value(ended.api_key_id) is None
    assert halves.find(office.desk()) == []


@pytest.mark.parametrize(("lost", "told"), [(2, "binding"), (3, "place in a usage plan"), (-3, "webhook secret")])
def test_a_merchant_that_is_not_whole_is_told_before_anything_is_written(office: Office, lost: int, told: str) -> None:
    _, edge, data = earlier(office, "acme")
    resources = [*edge, *data]
    del resources[lost]

    with pytest.raises(UserError, match=f"merchant 'acme' has an API key in the state of api-edge and no {told}"):
        list(found_in(resources, resources))


def test_a_key_that_is_somebody_else_s_is_not_taken_over(office: Office) -> None:
    value, edge, data = earlier(office, "acme")
    table = office.desk().table
    office.client("dynamodb").put_item(
        TableName=table, Item=to_item({"id": api_key_id(value), "merchant_id": "globex"})
    )
    (found,) = found_in(edge, data)

    with pytest.raises(UserError, match="of merchant 'acme' is bound to merchant 'globex' in the merchants table"):
        adoption_of(office).take_over(found)
    assert office.desk().enrolments.read("acme") is None
    assert office.desk().merchants.of_key(value) == "globex"


@pytest.mark.parametrize("name", ["secret#globex", "x; rm -rf ~", "x" * 10_000])
def test_a_state_with_a_merchant_that_none_can_be_called_is_refused_in_a_short_line(office: Office, name: str) -> None:
    edge = [resource(adoption.API_KEY, name, "key")]

    with pytest.raises(UserError, match="the state of api-edge has an API key of ") as refused:
        list(found_in(edge, []))
    assert len(f"{refused.value}") < 400


def test_the_probe_is_no_merchant_to_take_over_and_its_id_no_merchant_s() -> None:
    probe = [resource(kind, "probe", "x") for kind in (adoption.API_KEY, adoption.PLAN)]

    assert list(found_in(probe, [])) == []
    with pytest.raises(UserError, match="the id 'probe', which the environment's own merchant has"):
        list(found_in(probe, [resource(adoption.SECRET, "webhook-probe", "x")]))


def test_a_state_lets_go_of_merchants_and_of_nothing_else(tmp_path: Path) -> None:
    kept = [
        resource("aws:apigateway/stage:Stage", "transactions", "stage"),
        resource(adoption.PLAN, "standard", "p"),
        *(resource(kind, "probe", "x") for kind in (adoption.API_KEY, adoption.PLAN, adoption.PLACE)),
        *(resource(adoption.BINDING, name, "x") for name in ("key-of-probe", "settings-of-probe")),
    ]
    gone = [resource(kind, "probe-shop", "x") for kind in (adoption.API_KEY, adoption.PLACE)]
    gone += [resource(adoption.BINDING, "key-of-probe-shop", "x")]
    imported: list[Sequence[Any]] = []
    state = {"version": 3, "deployment": {"manifest": {}, "resources": [*kept, *gone]}}

    def command(*words: str) -> str:
        if words[:2] == ("stack", "import"):
            document = json.loads(Path(words[-1]).read_text(encoding="utf-8"))
            imported.append(document["deployment"]["resources"])
            state["deployment"] = document["deployment"]
        return json.dumps(state)

    stack: Any = SimpleNamespace(layer="api-edge", name="local", logs=tmp_path, command=command)

    assert let_go(stack) == 3
    assert let_go(stack) == 0
    assert imported == [kept]
    assert list(tmp_path.iterdir()) == []
