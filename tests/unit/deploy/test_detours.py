"""Reading around a contract: every way to another stack's outputs is found, with the layer, the file and the line."""

import textwrap
import types
from pathlib import Path

import pytest

from tapstack.console.errors import UserError
from tapstack.contracts.contract import Contract
from tapstack.contracts.data import DataContract
from tapstack.deploy.contracts.consumers import find_reads
from tapstack.deploy.contracts.detours import detours
from tapstack.deploy.contracts.snapshots import Snapshot
from tapstack.program.errors import ContractError


def found(root: Path, text: str | bytes, file: str = "projects/compute/parts/function.py") -> list[str]:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
    return [problem.text for problem in detours(root)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('import pulumi\npulumi.StackReference("o/p/s")', "2 reads a stack by StackReference"),
        ("from pulumi import StackReference as Other", "1 reads a stack by StackReference"),
        ("from pulumi.stack_reference import StackReference", "1 reads a stack by StackReference"),
        ("import pulumi as p\nclass Mine(p.StackReference): ...", "2 reads a stack by StackReference"),
        ('import pulumi\ngetattr(pulumi, "StackReference")', "2 reads a stack by StackReference"),
        ('import pulumi\ngetattr(pulumi, "Stack" + "Reference")', "2 takes of pulumi what only a run tells"),
        ('import pulumi as p\nvars(p)["a"]', "2 takes of p what only a run tells"),
        ('import pulumi\npulumi.runtime.__dict__["invoke"]', "2 takes of pulumi.runtime what only a run tells"),
        ('kind = "pulumi:pulumi:StackReference"', "1 reads a stack by StackReference"),
        ('import pulumi\npulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", {})', "2 reads a stack by readStack"),
        (
            'from pulumi.runtime import invoke\ninvoke(tok="pulumi:pulumi:readStackOutputs")',
            "2 reads a stack by readSt",
        ),
        ("from pulumi import automation", "1 runs an engine of its own by pulumi.automation"),
        ("from pulumi.automation import select_stack", "1 runs an engine of its own by pulumi.automation"),
        ("from tapstack.program import upstream", "1 reads a stack by tapstack.program.upstream"),
        ("from tapstack.program.upstream import require", "1 reads a stack by tapstack.program.upstream"),
        ("import tapstack.program.upstream as u", "1 reads a stack by tapstack.program.upstream"),
        (
            "from tapstack.contracts.published.tapstack_contracts import DataContract",
            "1 reads a stack by tapstack.contracts.published",
        ),
        (
            "from tapstack.contracts.data import DataContract\nclass Mine(DataContract, layer='data', version=1): ...",
            "2 makes Mine of DataContract",
        ),
        (
            "import tapstack.contracts.contract as c\nclass Mine(c.Contract, layer='data', version=1): ...",
            "2 makes Mine of c.Contract",
        ),
    ],
)
def test_a_way_around_a_contract_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    told = found(tmp_path, text)

    assert told, text
    assert any(line.startswith(f"projects/compute/parts/function.py:{said}") for line in told)
    assert all("and no contract says so; read the contract in shared/tapstack/contracts as it is" in t for t in told)


@pytest.mark.parametrize(
    "text",
    [
        '"""How a StackReference and readStackOutputs differ."""',
        "from tapstack.contracts.data import DataContract\ndata = DataContract.read('dev')\nprint(data.key_arn)",
        "import pulumi\ngetattr(pulumi, 'export')('a', 1)\ngetattr(object(), str(1), None)",
        "class Table: ...\nclass Other(Table): ...",
    ],
)
def test_what_goes_around_none_is_let_be(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, text) == []


def test_what_programs_share_is_looked_at_too(tmp_path: Path) -> None:
    text = "import pulumi\npulumi.StackReference('o/p/s')\n"

    assert found(tmp_path, text, "shared/tapstack/program/helper.py")[0].startswith(
        "shared/tapstack/program/helper.py:2 "
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"x = 1\ny = '\xff'\n", "is not valid Python"),
        (b"x = 1\0\n", "null bytes"),
        (b"# coding: nonsense\n", "is not valid Python: unknown encoding"),
        (b"def :\n", "is not valid Python: invalid syntax"),
    ],
)
def test_a_file_that_is_no_python_is_named_in_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    for look in (lambda: found(tmp_path, content), lambda: find_reads(tmp_path)):
        with pytest.raises(UserError, match=said) as caught:
            look()
        assert f"{caught.value}".startswith("projects/compute/parts/function.py:")
        assert "\n" not in f"{caught.value}"


def test_a_file_in_an_encoding_that_it_declares_is_read(tmp_path: Path) -> None:
    assert found(tmp_path, "# coding: latin-1\nx = '\xe4'\n".encode("latin-1")) == []


def test_a_contract_is_made_of_no_other_contract() -> None:
    with pytest.raises(ContractError, match="Wider is made of DataContract, and a contract is made of Contract alone"):

        class Wider(DataContract, layer="data", version=1):
            more: str


@pytest.mark.parametrize(("kind", "spelt"), [(str | None, "str | None"), (list[str], "list[str]"), (dict, "dict")])
def test_a_type_that_cannot_cross_a_border_is_named_with_its_field(kind: object, spelt: str) -> None:
    annotations = {"__annotations__": {"size": kind}, "__module__": __name__}
    made = types.new_class(
        "Wrong", (Contract,), {"layer": "data", "version": 1}, lambda space: space.update(annotations)
    )

    with pytest.raises(ContractError) as caught:
        Snapshot.of(made)

    assert f"{caught.value}".startswith(f"data.size is of type {spelt}, and a field is of one type of ")
    assert f"{caught.value}".endswith("correct it in shared/tapstack/contracts/data.py")
