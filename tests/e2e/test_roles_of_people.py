"""The roles of smoke runs and of operators against all that their commands call on the lane, both ways.

The policies are those that the bootstrap writes, on Pulumi's mocks; the calls are those that the real commands make.
"""

import contextlib
import functools
import io
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from policy import second_judge
from policy.authorizations import ACCOUNT, REGION, Authorization, World
from policy.evaluation import ALLOWED, DENIED, Policy, as_list, decide
from policy.operator_calls import operator_authorizations, recorded
from support.mocked_program import run_program
from support.polling import eventually
from tapstack.cli.main import main
from tapstack.engine.environment import Environment
from tapstack.lane.samples import MERCHANTS
from tapstack.layers import BOOTSTRAP
from transactions.agreed.probe import PROBE_MERCHANT
from transactions.agreed.tables import secret_id
from transactions.clock import now
from transactions.merchants import Merchants
from transactions.webhooks.notifications import webhook_ids_of

SETTINGS: Final = {
    "environmentSuffix": "local",
    "repository": "acme/payments",
    "repositoryOwnerId": 123456,
    "repositoryId": 456789,
    "operators": [f"arn:aws:iam::{ACCOUNT}:user/someone", f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso/Operators"],
}
MOCKS_ACCOUNT: Final = "123456789012"
MERCHANT: Final = "umbrella"
ROLES: Final = ("smoke", "operator")
OF_SERVICES: Final[Mapping[str, frozenset[str]]] = {
    # What DynamoDB and SQS ask KMS in the caller's name, for tables and queues with a customer key:
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
    "smoke": frozenset({"kms:Decrypt", "s3:GetObject", "s3:ListBucket"}),
    "operator": frozenset({"kms:Decrypt", "kms:GenerateDataKey", "s3:GetObject", "s3:ListBucket"}),
}
"""Role to what no call of ours shows: what services do by it, and the engine on the state bucket (tests/policy)."""


@dataclass
class Asked:
    """What the commands asked of IAM, and what they worked on."""

    by_role: dict[str, list[Authorization]] = field(default_factory=dict)
    policies: dict[str, list[Policy]] = field(default_factory=dict)


def attached(role: str) -> list[Policy]:
    """Give the policies that the bootstrap attaches to a role, on the lane's account."""
    program = run_program(BOOTSTRAP, SETTINGS, {})
    texts = {item.inputs["name"]: item.inputs["policy"] for item in program.all("Policy")}
    own = {f"tapstack-local-{name}" for name in {"smoke": ("probe-smoke", "read-state-smoke")}.get(role, ())}
    names = own or {name for name in texts if name.endswith("-operator") or "-operator-" in name}
    assert names <= texts.keys()
    return [json.loads(texts[name].replace(MOCKS_ACCOUNT, ACCOUNT)) for name in sorted(names)]


@pytest.fixture(scope="module")
def asked(deployed: Any, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    folder = tmp_path_factory.mktemp("roles")
    keys: dict[str, dict[str, str]] = {}

    def run(*arguments: str, statuses: tuple[int, ...] = (0,)) -> str:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main(arguments)
        assert status in statuses, (arguments, err.getvalue())
        for key in deployed.client("apigateway").get_api_keys(limit=500)["items"]:
            keys[key["id"]] = key.get("tags", {})
        return out.getvalue()

    read = functools.cache(lambda layer, secrets: deployed.lane.stack(layer).outputs(show_secrets=secrets))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TAPSTACK_LANE", str(deployed.lane.folder))
        # The engine is asked once for what every command asks it for.
        patched.setattr(Environment, "outputs", lambda _, layer, *, show_secrets=False: read(layer, show_secrets))
        # As in an environment in which there was none before.
        table = deployed.outputs["data"]["merchants_table_name"]
        deployed.client("dynamodb").delete_item(TableName=table, Key={"id": {"S": secret_id(PROBE_MERCHANT)}})
        with recorded(folder / "smoke.jsonl"):
            run("smoke")
        with recorded(folder / "operator.jsonl"):
            run("smoke")
            story(deployed, run, folder)
    resources = [
        resource
        for layer in ("data", "compute", "api-edge")
        for resource in json.loads(deployed.lane.stack(layer).command("stack", "export"))["deployment"]["resources"]
        if resource["custom"]
    ]
    made = [
        {"type": "aws:apigateway/apiKey:ApiKey", "id": name, "outputs": {"tags": tags}} for name, tags in keys.items()
    ]
    world = World([*made, *resources])
    return Asked(
        {role: _asked(folder / f"{role}.jsonl", world) for role in ROLES}, {role: attached(role) for role in ROLES}
    )


def _asked(file: Path, world: World) -> list[Authorization]:
    calls = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    found = [item for call in calls for item in operator_authorizations(call, world)]
    return list({(f"{item}", json.dumps(item.context, sort_keys=True)): item for item in found}.values())


def story(deployed: Any, run: Callable[..., str], folder: Path) -> None:
    """Give every command of an operator's, and have it do all that it can."""
    file = folder / "merchant.json"
    document = json.loads(MERCHANTS.read_text(encoding="utf-8"))[0] | {"id": MERCHANT}
    dynamodb, table = deployed.client("dynamodb"), deployed.outputs["data"]["merchants_table_name"]
    settings = Merchants(dynamodb, table, now).settings("acme")
    assert settings
    document["webhook_url"] = f"{settings.webhook_url}".replace("acme", MERCHANT)
    file.write_text(json.dumps(document), encoding="utf-8")
    handed = json.loads(run("merchant", "add", str(file)))
    http = httpx.Client(headers={"x-api-key": handed["api_key"]}, timeout=30, trust_env=False)
    url = deployed.outputs["api-edge"]["transactions_url"]
    card = {"token": "tok_umbrella_first", "bin": "424242", "country": "DE", "expires": "2099-12"}
    body = {"amount": 1250, "currency": "EUR", "card": card}
    answer = http.post(url, json=body, headers={"idempotency-key": "one", "prefer": "wait=10"})
    name = answer.json()["id"]
    view = eventually(lambda: (found := http.get(f"{url}/{name}").json())["status"] != "pending" and found)
    foreign = body | {"amount": 45_000, "card": card | {"token": "tok_umbrella_other", "country": "GB"}}
    answer = http.post(url, json=foreign, headers={"idempotency-key": "two", "prefer": "wait=10"})
    in_review = answer.json()["id"]
    eventually(lambda: http.get(f"{url}/{in_review}").json()["status"] == "review")
    document["duplicate_window_seconds"] = 30
    file.write_text(json.dumps(document), encoding="utf-8")
    labels = folder / "labels.csv"
    labels.write_text(f"merchant,transaction,outcome,source,at\n{MERCHANT},{name},genuine,shop,{view['created_at']}\n")
    of_card = [
        ("card", *rest)
        for rest in (
            ("block", "tok_umbrella_first", "--merchant", MERCHANT, "--for", "1h", "--reason", "a try"),
            ("show", "tok_umbrella_first", "--merchant", MERCHANT),
            ("clear", "tok_umbrella_first", "--merchant", MERCHANT),
        )
    ]
    for arguments in (
        ("merchant", "list"),
        ("merchant", "show", MERCHANT),
        ("merchant", "set", str(file)),
        ("merchant", "history", MERCHANT),
        ("merchant", "diff", MERCHANT, "1", "2"),
        ("merchant", "rollback", MERCHANT, "1", "--reason", "tried"),
        ("merchant", "draft", MERCHANT, str(file)),
        ("merchant", "compare", MERCHANT),
        ("merchant", "promote", MERCHANT, "--reason", "tried"),
        ("backtest", "--merchant", MERCHANT),
        ("backtest", "--merchant", MERCHANT, "--settings", str(file)),
        ("merchant", "suspend", MERCHANT),
        ("merchant", "resume", MERCHANT),
        ("merchant", "set-tier", MERCHANT, "premium"),
        ("merchant", "rotate-key", MERCHANT),
        ("merchant", "end-key-rotation", MERCHANT),
        ("merchant", "rotate-secret", MERCHANT),
        ("merchant", "end-rotation", MERCHANT),
        ("merchant", "reconcile", "--fix"),
        ("explain", name),
        ("review", "list"),
        ("review", "list", "--merchant", MERCHANT),
        ("review", "show", name),
        ("review", "approve", in_review, "--reason", "known_customer"),
        *of_card,
        ("label", "import", str(labels)),
        # What is in force is read where somebody said so meanwhile.
        ("label", "import", str(labels)),
        ("logs", "--since", "5m"),
        ("logs", "--transaction", name),
        ("webhook", "deliveries", name),
        ("webhook", "redeliver", name),
        ("webhook", "test", MERCHANT),
        ("webhook", "endpoint", MERCHANT),
        ("webhook", "resume", MERCHANT),
    ):
        run(*arguments, statuses=(0, 2))
    _fail(deployed, name, view)
    run("redrive", statuses=(0, 2))
    run("reconcile", "--older-than", "0", "--fix", statuses=(0, 2))
    run("merchant", "remove", MERCHANT)
    # What is left as nothing can be made of it is nobody else's business on the lane that tests share.
    for queue in ("notifications_dead_letter", "stream_failures"):
        deployed.client("sqs").purge_queue(QueueUrl=deployed.outputs["data"][f"{queue}_queue_url"])


def _fail(deployed: Any, name: str, view: Mapping[str, Any]) -> None:
    """Have a dead letter, a failed batch of the stream, and a transaction that nobody decides."""
    outputs, sqs = deployed.outputs["data"], deployed.client("sqs")
    event = {"type": "transaction.approved", "timestamp": view["decided_at"], "data": view}
    letter = json.dumps({"merchant_id": MERCHANT, "webhook_id": webhook_ids_of(name)[0], "event": event})
    sqs.send_message(QueueUrl=outputs["notifications_dead_letter_queue_url"], MessageBody=letter)
    sqs.send_message(QueueUrl=outputs["notifications_dead_letter_queue_url"], MessageBody="no notification")
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    batch = {"approximateArrivalOfFirstRecord": moment, "approximateArrivalOfLastRecord": moment, "batchSize": 1}
    sqs.send_message(
        QueueUrl=outputs["stream_failures_queue_url"], MessageBody=json.dumps({"DDBStreamBatchInfo": batch})
    )
    # A change of an item does not come through the filter on the stream.
    deployed.client("dynamodb").update_item(
        TableName=outputs["transactions_table_name"],
        Key={"id": {"S": name}},
        UpdateExpression="SET #status = :pending, decision = :none",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":pending": {"S": "pending"}, ":none": {"NULL": True}},
    )


def granted(policies: list[Policy]) -> set[str]:
    return {action for policy in policies for each in policy["Statement"] for action in as_list(each["Action"])}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_all_that_its_commands_do(asked: Asked, role: str) -> None:
    policies = asked.policies[role]
    refused = [
        f"{i} {i.context}" for i in asked.by_role[role] if decide(policies, i.action, i.resource, i.context) != ALLOWED
    ]

    assert len(asked.by_role[role]) > {"smoke": 4, "operator": 40}[role]
    assert refused == []


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_no_action_that_is_neither_called_nor_a_service_s(asked: Asked, role: str) -> None:
    called = {item.action for item in asked.by_role[role]}

    assert granted(asked.policies[role]) - called - OF_SERVICES[role] == set()


def test_the_role_of_smoke_runs_may_do_nothing_else_that_operators_do(asked: Asked) -> None:
    own = {f"{item} {item.context}" for item in asked.by_role["smoke"]}
    others = [item for item in asked.by_role["operator"] if f"{item} {item.context}" not in own]

    allowed = {
        f"{item} {item.context}"
        for item in others
        if decide(asked.policies["smoke"], item.action, item.resource, item.context) == ALLOWED
    }

    of_the_probe = ("sink#", "secret#probe", "'probe'")
    assert [name for name in allowed if not any(each in name for each in of_the_probe)] == []


def question(action: str, resource: str, **context: Any) -> Authorization:
    return Authorization(
        action, f"arn:aws:{resource}", {key.replace("__", ":").replace("_", "/"): v for key, v in context.items()}
    )


DATA_KEY: Final = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/data"
OF_DATA: Final = {"aws:ResourceTag/Project": "tapstack-data", "aws:ResourceTag/Environment": "local"}
MERCHANTS_TABLE: Final = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/tapstack-local-merchants"


def context_of(purpose: str, merchant: str) -> dict[str, str]:
    return {**OF_DATA, "kms:EncryptionContext:purpose": purpose, "kms:EncryptionContext:merchant": merchant}


UNKNOWN_KEY: Final = "kms:EncryptionContext:"

REFUSED: Final = [
    ("smoke", Authorization("kms:Decrypt", DATA_KEY, context_of("webhook-secret", "acme"))),
    ("smoke", Authorization("kms:Encrypt", DATA_KEY, context_of("webhook-secret", "acme"))),
    ("smoke", Authorization("kms:Decrypt", DATA_KEY, context_of("hand-over", "acme"))),
    ("smoke", Authorization("dynamodb:GetItem", MERCHANTS_TABLE, {"dynamodb:LeadingKeys": ["secret#acme"]})),
    ("smoke", Authorization("dynamodb:GetItem", MERCHANTS_TABLE)),
    ("operator", Authorization("kms:Decrypt", DATA_KEY, context_of("webhook-secret", "acme"))),
    ("operator", Authorization("apigateway:DELETE", f"arn:aws:apigateway:{REGION}::/apikeys/abc", {})),
    (
        "operator",
        Authorization(
            "apigateway:DELETE",
            f"arn:aws:apigateway:{REGION}::/apikeys/abc",
            {"aws:ResourceTag/Project": "tapstack-merchants", "aws:ResourceTag/Environment": "other"},
        ),
    ),
    ("operator", Authorization("dynamodb:UpdateItem", MERCHANTS_TABLE.replace("merchants", "transactions"))),
    *(
        (
            "operator",
            Authorization(
                "dynamodb:UpdateItem",
                MERCHANTS_TABLE.replace("merchants", "transactions"),
                {"dynamodb:Attributes": ["id", attribute]},
            ),
        )
        for attribute in ("decision", "submission")
    ),
    ("operator", Authorization("dynamodb:DeleteItem", MERCHANTS_TABLE.replace("merchants", "transactions"))),
    *(
        (
            "operator",
            Authorization(
                "dynamodb:UpdateItem",
                MERCHANTS_TABLE.replace("merchants", "transactions"),
                {"dynamodb:Attributes": attributes, "dynamodb:ReturnValues": given_back},
            ),
        )
        for attributes, given_back in (
            (["id", "decision"], "NONE"),
            (["id", "outcome", "status"], "NONE"),
            (["id", "outcome"], "ALL_OLD"),
        )
    ),
    ("operator", Authorization("dynamodb:UpdateItem", MERCHANTS_TABLE.replace("merchants", "velocity"))),
    (
        "operator",
        Authorization(
            "dynamodb:UpdateItem",
            MERCHANTS_TABLE.replace("merchants", "velocity"),
            {"dynamodb:LeadingKeys": ["merchant#acme#0"]},
        ),
    ),
    ("operator", Authorization("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/tapstack-local-validator")),
    (
        "operator",
        Authorization(
            "lambda:UpdateFunctionCode", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:tapstack-local-validator"
        ),
    ),
]


@pytest.mark.parametrize(("role", "item"), REFUSED, ids=lambda value: f"{value}")
def test_a_role_may_not(asked: Asked, role: str, item: Authorization) -> None:
    assert decide(asked.policies[role], item.action, item.resource, item.context) == DENIED


def test_a_public_evaluator_decides_as_this_one_does(asked: Asked) -> None:
    questions = [
        second_judge.Question(f"tapstack-local-{role}", asked.policies[role], item)
        for role in ROLES
        for item in (*asked.by_role["operator"], *(item for _, item in REFUSED))
    ]
    ours = [decide(each.policies, each.asked.action, each.asked.resource, each.asked.context) for each in questions]

    theirs = second_judge.decisions(questions)

    answers = zip(questions, ours, theirs, strict=True)
    different = [(each.asked, one, other) for each, one, other in answers if one != other]
    # It knows no condition key whose last part is the caller's to choose, and takes it that the request lacks it.
    unknown = [each for each in different if any(key.startswith(UNKNOWN_KEY) for key in each[0].context)]
    assert {other for _, _, other in unknown} <= {DENIED}
    assert [
        f"{asked}: {one}, not {other}" for asked, one, other in different if (asked, one, other) not in unknown
    ] == []
    assert {ALLOWED, DENIED} <= set(theirs)
