"""Who reads what, found in code that is written in many ways, and held against what is declared."""

import textwrap
from pathlib import Path

import pytest

from tapstack.console.errors import UserError
from tapstack.contracts.contract import OPERATORS, FieldSchema
from tapstack.deploy.contracts.consumers import Read, find_reads, readers, undeclared, undeclared_layers
from tapstack.deploy.contracts.uses import ContractClass, Use, uses
from tapstack.layers import Layer

CONTRACTS = {
    "tapstack.contracts.data.DataContract": ContractClass("data", ("key_arn", "table_name")),
    "tapstack.contracts.network.NetworkContract": ContractClass("network", ("vpc_id", "key_arn")),
}
IMPORTS = """\
from tapstack.contracts.data import DataContract
from tapstack.contracts.network import NetworkContract
"""


def found(code: str, **others: str) -> list[str]:
    """Give what some code reads, each as `producer.field:line`, the lines counted without the imports."""
    files = {"main.py": IMPORTS + textwrap.dedent(code)}
    files |= {f"{name}.py": IMPORTS + textwrap.dedent(text) for name, text in others.items()}
    return [f"{use.producer}.{use.field}:{use.line - 2}" for use in uses(files, CONTRACTS) if use.field and use.file]


@pytest.mark.parametrize(
    "code",
    [
        "def make(data: DataContract):\n    return data.key_arn",
        "def make(data: 'DataContract | None'):\n    return data.key_arn",
        "def make(*, data: DataContract):\n    return data.key_arn",
        "async def make(data: DataContract):\n    return data.key_arn",
        "data = DataContract.read('dev')\ndata.key_arn",
        "data: DataContract = upstream()\ndata.key_arn",
        "\nDataContract.read('dev').key_arn",
        "network, data = NetworkContract.read('dev'), DataContract.read('dev')\ndata.key_arn",
        "other = data = DataContract.read('dev')\nother.key_arn",
        "if data := DataContract.read('dev'):\n    data.key_arn",
        "def make(data: DataContract):\n    return lambda: data.key_arn",
        "def make(data: DataContract):\n    return [x + data.key_arn for x in y]",
        "for data in (DataContract.read('dev'),):\n    data.key_arn",
        "every = {'a': DataContract.read('dev')}\nevery['a'].key_arn",
        "data = DataContract.read('dev') if yes else None\ndata.key_arn",
        "data = DataContract.read('dev')\ngetattr(data, 'key_arn')",
        "def upstream() -> DataContract: ...\nupstream().key_arn",
    ],
)
def test_a_read_is_found_however_the_name_came_to_hold_the_contract(code: str) -> None:
    assert found(code) == ["data.key_arn:2"]


def test_a_read_is_found_through_an_attribute() -> None:
    assert found("class Parts:\n    data: DataContract\n", other="def make(parts):\n    parts.data.key_arn") == [
        "data.key_arn:2"
    ]
    assert found("class Parts:\n    def __init__(self, data: DataContract):\n        self._data = data\n") == []
    assert found("""
        class Parts:
            def __init__(self, data: DataContract):
                self._data = data
            def make(self):
                self._data.table_name
    """) == ["data.table_name:6"]


def test_a_read_is_found_through_another_file_wherever_that_stands() -> None:
    upstream = "data = DataContract.read('dev')"

    assert found("from upstream import data\ndata.key_arn", upstream=upstream) == ["data.key_arn:2"]
    assert found("import upstream\nupstream.data.key_arn", upstream=upstream) == ["data.key_arn:2"]
    assert found("from z import held\nheld.key_arn", z="from upstream import data\nheld = data", upstream=upstream) == [
        "data.key_arn:2"
    ]


def test_a_renamed_import_is_the_same_contract() -> None:
    assert found("from tapstack.contracts.data import DataContract as D\nD.read('dev').key_arn") == ["data.key_arn:2"]
    assert found("import tapstack.contracts.data as d\nd.DataContract.read('dev').key_arn") == ["data.key_arn:2"]
    assert found("import tapstack.contracts.data\ntapstack.contracts.data.DataContract.read('dev').key_arn") == [
        "data.key_arn:2"
    ]


@pytest.mark.parametrize(
    "code",
    [
        "def make(data):\n    return data.key_arn",
        "data = DataContract.read('dev')\ndef make(data: dict):\n    return data.key_arn",
        "data = DataContract.read('dev')\n[data.key_arn for data in rows]",
        "data = DataContract.read('dev')\nf = lambda data: data.key_arn",
        "def one(data: DataContract): ...\ndef other():\n    data = rows()\n    return data.key_arn",
        "DataContract(key_arn=key.arn).export('dev')",
        "from elsewhere import DataContract\nDataContract.read('dev').key_arn",
        "DataContract.read('dev').of_another_contract",
    ],
)
def test_what_only_looks_like_a_read_is_none(code: str) -> None:
    assert found(code) == []


def test_the_methods_of_a_class_do_not_see_its_own_names() -> None:
    assert found("class Parts:\n    data: DataContract\n    def make(self):\n        return data.key_arn") == []


def test_one_name_with_two_contracts_reads_of_each_what_it_has() -> None:
    assert found("def make(one: DataContract | NetworkContract):\n    one.key_arn, one.vpc_id") == [
        "data.key_arn:2",
        "network.key_arn:2",
        "network.vpc_id:2",
    ]


def test_a_read_of_what_a_contract_is_wrapped_in_is_one_of_the_contract() -> None:
    code = """
        class Account:
            @cached_property
            def data(self) -> Exports[DataContract]: ...
            def key(self):
                return self.data.key_arn, self.data.of_its_own
    """

    assert found(code) == ["data.key_arn:6"]


def test_reading_a_contract_from_its_stack_is_found_with_its_place() -> None:
    sources = {"folder/main.py": IMPORTS + "\nDataContract.read('dev')"}

    assert uses(sources, CONTRACTS) == [Use("data", None, "folder/main.py", 4)]


def test_the_checkout_s_own_reads_are_found() -> None:
    reads = find_reads()

    assert readers(reads, "data", "key_arn") == ["compute", "api-edge", OPERATORS]
    assert readers(reads, "compute", "validator_alias_arn") == []
    stage = next(read for read in reads if read.place.startswith("projects/api-edge/stage.py:"))
    assert (stage.producer, stage.field, stage.reader) == ("data", "key_arn", "api-edge")


def test_a_file_that_is_no_python_is_named(tmp_path: Path) -> None:
    file = tmp_path / "projects" / "compute" / "parts" / "function.py"
    file.parent.mkdir(parents=True)
    file.write_text("x = 1\nif\n", encoding="utf-8")

    with pytest.raises(UserError, match=r"projects/compute/parts/function.py:2 is not valid Python"):
        find_reads(tmp_path)


def schemas(*read_by: str) -> dict[str, dict[str, FieldSchema]]:
    return {"data": {"key_arn": FieldSchema("Arn", is_output=True, secret=False, read_by=read_by)}}


def read(reader: str, line: int = 52) -> Read:
    return Read("data", "key_arn", reader, f"projects/{reader}/stage.py:{line}")


def test_a_reader_that_is_not_declared_is_a_problem_of_the_producer_with_the_first_place() -> None:
    (problem,) = undeclared(schemas("compute"), [read("compute"), read("api-edge"), read("api-edge", 60)])

    assert problem.layer == "data"
    assert problem.text == (
        "api-edge reads data.key_arn in projects/api-edge/stage.py:52 and is not in its read_by; "
        'add "api-edge" to it in shared/tapstack/contracts/data.py'
    )


def test_a_declared_reader_that_does_not_read_is_a_problem() -> None:
    (problem,) = undeclared(schemas("compute", "api-edge"), [read("api-edge")])

    assert problem.text == (
        'data.key_arn declares reader compute, which does not read it; remove "compute" from its read_by in '
        "shared/tapstack/contracts/data.py"
    )


def test_a_declared_reader_that_nobody_knows_is_a_problem() -> None:
    (problem,) = undeclared(schemas("compuet"), [])

    assert problem.text == (
        "data.key_arn declares reader compuet, which is none of network, data, compute, api-edge, operators; "
        "correct its read_by in shared/tapstack/contracts/data.py"
    )


def test_declared_readers_that_read_are_no_problem() -> None:
    assert undeclared(schemas("compute", OPERATORS), [read("compute"), read(OPERATORS)]) == []


def test_the_layers_table_says_which_contracts_are_read() -> None:
    layers = {"compute": Layer("compute", ("data",), ())}
    data, network = (Read(name, None, "compute", "projects/compute/__main__.py:9") for name in ("data", "network"))

    assert undeclared_layers(layers, [data]) == []
    (few,) = undeclared_layers(layers, [data, network])
    assert few.layer == "compute"
    assert few.text == (
        "compute reads the contract of network in projects/compute/__main__.py:9, and projects/layers.toml does not "
        'say so; add "network" to `reads` of [compute]'
    )
    (many,) = undeclared_layers(layers, [])
    assert many.text == (
        "projects/layers.toml says that compute reads data, and no file in projects/compute reads that contract; "
        'remove "data" from `reads` of [compute]'
    )
