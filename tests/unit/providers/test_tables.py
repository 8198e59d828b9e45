"""The tables against the SDK's metadata, botocore's models and the programs; no emulator."""

import re
from pathlib import Path

import pytest

from tapstack.checkout import CHECKOUT
from tapstack.providers import crud, state_only_types
from tapstack.providers.invokes import INVOKES
from tapstack.providers.metadata import all_properties, input_properties
from tapstack.providers.table import Call, Look, references
from tapstack.providers.tables import ROWS

FACTS = {"id", "account", "region", "emulator"}


def programs() -> list[Path]:
    return sorted((CHECKOUT / "projects").glob("*/*.py"))


def type_names() -> set[tuple[str, str, str]]:
    """Find what the programs make: package, module, class."""
    found = {
        match
        for program in programs()
        for match in re.findall(r"\b(aws|random)\.(?:([a-z0-9_]+)\.)?([A-Z]\w+)\(", program.read_text(encoding="utf-8"))
    }
    assert len(found) > 40, "the programs are not where this test looks"
    return found


def test_every_type_the_programs_make_is_known() -> None:
    known = {tuple(re.split(r"[:/]", token)[index] for index in (0, 1, -1)) for token in ROWS}
    wanted = {(package, (module or "index").rstrip("_"), name) for package, module, name in type_names()}
    assert not wanted - known


def test_every_function_the_programs_call_is_known() -> None:
    called = {
        name
        for program in programs()
        for name in re.findall(r"\baws\.(get_\w+)\(", program.read_text(encoding="utf-8"))
    }
    known = {re.sub(r"([A-Z])", r"_\1", token.rpartition(":")[2]).lower() for token in INVOKES}
    assert called
    assert not called - known


@pytest.mark.parametrize("token", sorted(ROWS))
def test_a_row_speaks_of_properties_and_operations_that_exist(token: str) -> None:
    row, inputs, properties = ROWS[token], input_properties(token), all_properties(token)
    lists = (*row.replace_on, *row.defaults, *row.blank, *row.ordered, *row.state_only, row.auto_name or "name")
    assert not {key for key in lists if key not in inputs and key != "name"}
    assert not {*row.secrets, *row.recompute, *row.outputs} - properties.keys()
    for call in (row.create, *row.settle, *row.update, *row.delete):
        if call and not call.run:
            _assert_call(call, row.service, properties.keys() | FACTS)
            assert not {*call.on, *call.also, *(key.partition(".")[0] for key in call.patch)} - inputs.keys()
    for look in (*row.read, *((row.tagging.read,) if row.tagging and row.tagging.read else ())):
        if not look.run:
            _assert_call(look, row.service, properties.keys() | FACTS)
            assert not set(look.take) - properties.keys() - {"id"}
    if row.tagging:
        assert "tags" in inputs
        assert crud.input_shape(row.service, row.tagging.add)
        assert crud.input_shape(row.service, row.tagging.remove)


def _assert_call(call: Call | Look, service: str, names: set[str]) -> None:
    shape = crud.input_shape(call.service or service, call.operation)
    assert not set(call.params) - set(shape.members), f"{call.operation} has other parameters"
    assert not references(dict(call.params)) - names


@pytest.mark.parametrize("token", sorted(ROWS))
def test_what_is_replaced_on_is_carried_out_at_the_creation(token: str) -> None:
    assert set(ROWS[token].replace_on) & crud.handled(token, ROWS[token]) == set(ROWS[token].replace_on)


def test_the_types_held_in_the_state_alone_say_why_in_one_line() -> None:
    reasons = state_only_types()
    assert "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration" in reasons
    assert set(reasons) <= set(ROWS)
    assert all(reason and "\n" not in reason for reason in reasons.values())
