"""Small states, as `pulumi stack export` gives them, to make pictures of."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:hidden-away"}
TABLE_ARN = "arn:aws:dynamodb:eu-central-1:123456789012:table/tapstack-dev-orders"
STREAM_ARN = f"{TABLE_ARN}/stream/2026-01-01"


class State:
    """A layer's state, filled one resource after the other."""

    def __init__(self, layer: str) -> None:
        self.layer = layer
        self.resources: list[dict[str, Any]] = [
            {
                "urn": self.urn("pulumi:pulumi:Stack", f"tapstack-{layer}-dev"),
                "type": "pulumi:pulumi:Stack",
                "custom": False,
                "outputs": {},
            }
        ]

    def urn(self, kind: str, name: str) -> str:
        return f"urn:pulumi:dev::tapstack-{self.layer}::{kind}::{name}"

    def exports(self, **outputs: Any) -> None:
        self.resources[0]["outputs"] |= outputs

    def reads(self, project: str) -> str:
        """Let the layer read the stack of a project; give the reference's URN."""
        name = f"organization/{project}/dev"
        kind = "pulumi:pulumi:StackReference"
        self.resources.append({"urn": self.urn(kind, name), "type": kind, "custom": True, "inputs": {"name": name}})
        return self.urn(kind, name)

    def holds(
        self,
        kind: str,
        name: str,
        *after: str,
        inputs: Mapping[str, Any] | None = None,
        taken: Mapping[str, Sequence[str]] | None = None,
        **outputs: Any,
    ) -> str:
        """Let the layer hold a resource that waits for `after`; `taken` says what each input comes from."""
        through = {urn for urns in (taken or {}).values() for urn in urns}
        self.resources.append(
            {
                "urn": self.urn(kind, name),
                "type": kind,
                "custom": True,
                "parent": self.resources[0]["urn"],
                "inputs": dict(inputs or {}),
                "outputs": dict(inputs or {}) | outputs,
                "dependencies": sorted({*after, *through}),
                "propertyDependencies": {key: list(urns) for key, urns in (taken or {}).items()},
            }
        )
        return self.urn(kind, name)


@pytest.fixture
def states() -> dict[str, Any]:
    """A layer with a table and a queue, and a layer with a function that uses the table."""
    data, compute = State("data"), State("compute")
    table = {"name": "tapstack-dev-orders"}
    data.holds("aws:dynamodb/table:Table", "orders", inputs=table, arn=TABLE_ARN, streamArn=STREAM_ARN)
    queue = data.holds("aws:sqs/queue:Queue", "letters", arn="arn:aws:sqs:eu-central-1:123456789012:letters")
    data.holds("aws:sqs/queuePolicy:QueuePolicy", "letters", queue)
    data.exports(
        contract_version=2,
        environment_suffix="dev",
        has_egress=False,
        pass_phrase=SECRET,
        queue_arn="arn:aws:sqs:eu-central-1:123456789012:letters",
        table_arn=TABLE_ARN,
        stream_arn=STREAM_ARN,
    )
    reference = compute.reads("tapstack-data")
    role = compute.holds("aws:iam/role:Role", "handler")
    compute.holds(
        "aws:iam/rolePolicy:RolePolicy",
        "handler",
        inputs={"role": "handler", "policy": f'{{"Resource": ["{TABLE_ARN}", "{TABLE_ARN}/index/*"]}}'},
        taken={"role": [role], "policy": [reference]},
    )
    compute.holds(
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "stream",
        inputs={"eventSourceArn": STREAM_ARN},
        taken={"eventSourceArn": [reference]},
    )
    return {"data": data.resources, "compute": compute.resources}


@pytest.fixture
def state() -> type[State]:
    return State
