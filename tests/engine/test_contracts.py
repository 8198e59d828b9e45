"""Contracts on the real engine: small programs of two layers, that make no resource of any cloud."""

import sys
import textwrap
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

import pytest

from tapstack.account_names import project_name
from tapstack.cli import environments
from tapstack.cli.main import main
from tapstack.engine.events import Report
from tapstack.engine.failures import EngineError
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane
from tapstack.lane.stack import LaneStack
from tapstack.layers import LAYERS

ARN = "arn:aws:sqs:eu-central-1:123456789012:example"
KEY = "a-key-that-nobody-sees"
IMPORTS = """\
import pulumi
from pulumi import Output
from tapstack.contracts.contract import Contract, output
from tapstack.contracts.types import ApiKey, Arn, Name, SubnetIds
"""
CONTRACT = """\
class NetworkContract(Contract, layer="network", version=2):
    queue_arn: Output[Arn] = output(read_by=["compute"])
    api_key: Output[ApiKey] = output(read_by=["compute"], secret=True)
    has_queue: bool = output(read_by=["compute"])
    unread: Output[Name] = output()
"""
PRODUCED = f"""\
outputs = dict(
    queue_arn=Arn.of("{ARN}"), api_key=ApiKey.of("{KEY}"), has_queue=True, unread=Name.of("unread")
)
"""
EXPORT = 'NetworkContract(**outputs).export("dev")\n'
READ = 'network = NetworkContract.read("dev")\n'
IN_THE_LANE = 'eval "$(.venv/bin/tapstack env)" && '
UP_NETWORK = f"{IN_THE_LANE}(cd projects/network && pulumi up --stack local)"

Write = Callable[..., LaneStack]


class WithoutEmulator(LaneEnvironment):
    """A lane whose programs make nothing that an emulator would hold."""

    @contextmanager
    def opened(
        self, command: str, *, starts: bool, layers: Collection[str] = LAYERS, changes: bool = False
    ) -> Iterator[None]:
        yield


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Lane:
    """A state backend with two empty projects beside it; no emulator belongs to it."""
    root = tmp_path_factory.mktemp("contracts")
    for layer in ("network", "compute"):
        folder = root / "projects" / layer
        folder.mkdir(parents=True)
        (folder / "Pulumi.yaml").write_text(
            f"name: {project_name(layer)}\nmain: .\n"
            f"runtime:\n  name: python\n  options:\n    virtualenv: {sys.prefix}\n",
            encoding="utf-8",
        )
    lane = Lane(root / "lane", root)
    for name in ("state", "pulumi-home"):
        (lane.folder / name).mkdir(parents=True)
    return lane


@pytest.fixture(scope="module")
def write(small: Lane) -> Write:
    """Make a layer's program the parts of a text, with the imports before them."""

    def write_program(layer: str, *parts: str) -> LaneStack:
        text = IMPORTS + "".join(textwrap.dedent(part) for part in parts)
        (small.projects / layer / "__main__.py").write_text(text, encoding="utf-8")
        return small.stack(layer)

    return write_program


@pytest.fixture(scope="module")
def network(write: Write) -> LaneStack:
    """The producer, deployed; the tests on consumers leave it as it is."""
    stack = write("network", CONTRACT, PRODUCED, EXPORT)
    stack.up()
    return stack


def refused(run: Callable[[], Report]) -> str:
    """Give the one line that a run has to end with."""
    with pytest.raises(EngineError) as caught:
        run()
    (message,) = caught.value.report.errors
    assert "Traceback" not in message
    assert "\n" not in message
    return message


def state_of(stack: LaneStack) -> str:
    file = stack.state / ".pulumi" / "stacks" / project_name(stack.layer) / "local.json"
    return file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('del outputs["queue_arn"]\n', "layer 'network' does not export queue_arn, which its contract promises"),
        ('outputs["more"] = 1\n', "layer 'network' exports more, which its contract does not promise"),
        ('pulumi.export("early", 1)\n', "layer 'network' exports early, which its contract does not promise"),
    ],
)
def test_a_producer_that_exports_something_else_than_it_promises_is_refused_at_preview(
    write: Write, change: str, said: str
) -> None:
    message = refused(write("network", CONTRACT, PRODUCED, change, EXPORT).preview)

    assert message.startswith(said)
    assert "shared/tapstack/contracts/network.py" in message


def test_a_producer_that_exports_more_after_its_contract_is_refused_at_preview(write: Write) -> None:
    message = refused(write("network", CONTRACT, PRODUCED, EXPORT, 'pulumi.export("late", 1)\n').preview)

    assert message.startswith("layer 'network' exports late, which its contract does not promise")


def test_a_value_of_the_wrong_shape_is_refused_at_preview_in_the_producer(write: Write) -> None:
    message = refused(write("network", CONTRACT, PRODUCED, 'outputs["queue_arn"] = Arn.of("no-arn")\n', EXPORT).preview)

    assert message.startswith("network.queue_arn is promised as Arn: 'no-arn' is not an ARN; ")


def test_a_value_that_is_known_once_its_resource_is_made_is_refused_then(write: Write) -> None:
    stack = write(
        "network",
        CONTRACT,
        PRODUCED,
        """\
        from pulumi.dynamic import CreateResult, Resource, ResourceProvider

        class Provider(ResourceProvider):
            def create(self, props):
                return CreateResult("id", {"arn": "made-no-arn"})

        class Queue(Resource):
            arn: Output[str]
            def __init__(self):
                super().__init__(Provider(), "queue", {"arn": None})

        outputs["queue_arn"] = Arn.of(Queue().arn)
        """,
        EXPORT,
    )

    assert stack.preview().errors == []
    assert refused(stack.up).startswith("network.queue_arn is promised as Arn: 'made-no-arn' is not an ARN; ")
    stack.destroy()


def test_a_consumer_gets_typed_outputs_and_a_secret_stays_one(network: LaneStack, write: Write) -> None:
    compute = write(
        "compute",
        CONTRACT,
        READ,
        """\
        assert network.has_queue is True
        pulumi.export("types", Output.all(network.queue_arn, network.api_key).apply(
            lambda values: [type(value).__name__ for value in values]))
        pulumi.export("queue_arn", network.queue_arn)
        pulumi.export("api_key", network.api_key)
        pulumi.export("shouted", network.api_key.apply(lambda key: key.upper()))
        """,
    )

    compute.up()

    known = compute.outputs(show_secrets=True)
    assert known == {"types": ["Arn", "ApiKey"], "queue_arn": ARN, "api_key": KEY, "shouted": KEY.upper()}
    assert network.outputs()["api_key"] == "[secret]"
    assert {compute.outputs()[name] for name in ("types", "api_key", "shouted")} == {"[secret]"}
    for stack in (network, compute):
        assert ARN in state_of(stack)
        assert KEY not in state_of(stack)
        assert KEY.upper() not in state_of(stack)


@pytest.mark.parametrize(
    ("contract", "then", "said"),
    [
        pytest.param(
            CONTRACT,
            'pulumi.export("x", network.unread)\n',
            "layer 'compute' reads network.unread, and is not among its readers; add 'compute' to the field's read_by "
            "in shared/tapstack/contracts/network.py",
            id="a field it is not declared to read",
        ),
        pytest.param(
            CONTRACT.replace("version=2", "version=3"),
            "",
            "layer 'network' exports contract version 2, and this layer reads version 3; deploy it first: "
            + UP_NETWORK,
            id="an older version",
        ),
        pytest.param(
            CONTRACT.replace("version=2", "version=1"),
            "",
            "layer 'network' exports contract version 2, and this layer reads version 1; this checkout is older than "
            f"what is deployed: git pull, then {IN_THE_LANE}pulumi up --stack local",
            id="a newer version",
        ),
        pytest.param(
            CONTRACT + '    zone: Output[Name] = output(read_by=["compute"])\n',
            "",
            f"layer 'network' does not export zone; deploy it first: {UP_NETWORK}",
            id="a field that is not there yet",
        ),
        pytest.param(
            CONTRACT.replace("queue_arn: Output[Arn]", "queue_arn: Output[SubnetIds]"),
            'pulumi.export("x", network.queue_arn)\n',
            f"network.queue_arn cannot be read as SubnetIds: {ARN!r} is not a list, each item a subnet's id; "
            f"deploy it first: {UP_NETWORK}",
            id="a value of another type",
        ),
        pytest.param(
            CONTRACT.replace("has_queue: bool", "has_queue: str"),
            "",
            f"network.has_queue cannot be read as str: True is not of type str; deploy it first: {UP_NETWORK}",
            id="a plain value of another type",
        ),
        pytest.param(
            CONTRACT.replace("api_key: Output[ApiKey]", "api_key: Output[Arn]"),
            'pulumi.export("x", network.api_key)\n',
            f"network.api_key cannot be read as Arn: this secret is not an ARN; deploy it first: {UP_NETWORK}",
            id="a secret of another type, which is not told",
        ),
    ],
)
def test_a_consumer_is_refused_in_one_line_that_says_what_to_do(
    network: LaneStack, write: Write, contract: str, then: str, said: str
) -> None:
    assert refused(write("compute", contract, READ, then).preview) == said


def test_a_consumer_that_does_not_read_what_is_missing_goes_on(network: LaneStack, write: Write) -> None:
    compute = write("compute", CONTRACT + "    zone: Output[Name] = output()\n", READ)

    assert compute.preview().errors == []


def test_the_check_of_what_is_deployed_names_the_stack_that_reads(
    network: LaneStack, write: Write, small: Lane, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reads = {"network": {"version": 1, "fields": {"vpc_id": "VpcId", "queue_arn": "Arn"}}}
    write("compute", f'pulumi.export("contract_reads", {reads!r})\n').up()
    monkeypatch.setattr(environments, "environment_named", lambda _: WithoutEmulator(small))

    assert main(["contracts", "--quiet", "--stack", "local"]) == 2

    told = capsys.readouterr().err.splitlines()
    assert told[-1] == (
        "`network.queue_arn` is read by compute@local; add the new field, move the consumer, then remove it "
        "(this checkout does not export it)"
    )
    assert [line for line in told if "vpc_id" in line] == []


DETOURS = {
    "by its class": 'pulumi.StackReference(f"organization/{project}/local")',
    "by a class of the program's own": 'type("Mine", (pulumi.StackReference,), {})(f"organization/{project}/local")',
    "by a name that is put together": 'getattr(pulumi, "Stack" + "Reference")(f"organization/{project}/local")',
}


@pytest.mark.parametrize("detour", DETOURS.values(), ids=DETOURS)
def test_a_stack_that_is_read_around_its_contract_is_refused_at_preview(
    network: LaneStack, write: Write, detour: str
) -> None:
    compute = write(
        "compute",
        "from tapstack.program.opening import open_project\nfrom tapstack.program.settings import ProjectSettings\n",
        f'open_project("compute", ProjectSettings())\nproject = "{project_name("network")}"\n{detour}\n',
    )

    assert refused(compute.preview) == (
        f"stack 'organization/{project_name('network')}/local' is read by a StackReference of the program's own, and "
        "no contract says so; read the layer's contract instead, with its class in shared/tapstack/contracts"
    )


def test_a_version_is_raised_while_it_is_read_and_taken_back_step_by_step(write: Write) -> None:
    def contract(version: str) -> str:
        return CONTRACT.replace("version=2", version)

    def deploy(layer: str, version: str) -> None:
        if layer == "network":
            write("network", contract(version), PRODUCED, EXPORT).up()
        else:
            write("compute", contract(version), READ, 'pulumi.export("seen", network.exported_version)\n').up()

    compute = write("compute")
    forth = [
        ("network", "version=2"),
        ("compute", "version=2"),
        ("compute", "version=2, understood=(2, 3)"),
        ("network", "version=3, understood=(2, 3)"),
        ("compute", "version=3, understood=(2, 3)"),
        ("compute", "version=3"),
    ]
    seen = []
    for layer, version in forth:
        deploy(layer, version)
        seen.append(compute.outputs().get("seen"))
    assert seen[1:] == [2, 2, 2, 3, 3]

    message = refused(write("compute", contract("version=2"), READ).preview)
    assert "exports contract version 3, and this layer reads version 2; this checkout is older" in message

    back = [
        ("compute", "version=3, understood=(2, 3)"),
        ("network", "version=2, understood=(2, 3)"),
        ("compute", "version=2"),
    ]
    for layer, version in back:
        deploy(layer, version)
    assert compute.outputs()["seen"] == 2
