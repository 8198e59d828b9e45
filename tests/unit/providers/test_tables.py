"""The tables against the SDK's metadata, botocore's models and the programs; no emulator."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tapstack.checkout import CHECKOUT
from tapstack.providers import SETTINGS, crud, endpoint_keys, state_only_types
from tapstack.providers.invokes import INVOKES
from tapstack.providers.metadata import all_properties, config_properties, input_properties, properties_of
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
    reasons = state_only_types(CHECKOUT / SETTINGS)
    assert "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration" in reasons
    assert set(reasons) <= set(ROWS)
    assert all(reason and "\n" not in reason for reason in reasons.values())


def test_every_service_that_is_called_has_its_endpoint_and_the_sdk_knows_it() -> None:
    """The services that functions of the tables call are in no row: they are found in the text."""
    room = CHECKOUT / "shared" / "tapstack" / "providers"
    texts = [file.read_text(encoding="utf-8") for file in room.rglob("*.py")]
    called = {name for text in texts for name in re.findall(r"(?:\bcall|ask)\((?:resource, )?\s*\"(\w+)\",", text)}
    assert {"dynamodb", "sts", "wafv2"} <= called
    assert called <= set(endpoint_keys())
    assert set(endpoint_keys()) <= properties_of(config_properties("aws")["endpoints"].type.item).keys()


ONE_ROW = """
from tapstack.providers.table import Call, Row

ROWS = {"aws:ses/emailIdentity:EmailIdentity": Row(service="ses", create=Call(operation="verify_email_identity"))}
"""


def test_one_file_adds_a_type_with_its_endpoint(tmp_path: Path) -> None:
    product = tmp_path / "shared" / "tapstack"
    shutil.copytree(CHECKOUT / "shared" / "tapstack", product)
    (product / "providers" / "tables" / "ses.py").write_text(ONE_ROW, encoding="utf-8")
    (tmp_path / "projects" / "data").mkdir(parents=True)
    shutil.copy(CHECKOUT / "projects" / "layers.toml", tmp_path / "projects")
    program = (
        "from pathlib import Path; from tapstack.lane import stack_config; from tapstack.providers.tables import ROWS;"
        "stack_config.write(Path('projects'), 'data', Path('lane'), 'http://127.0.0.1:1');"
        "print('aws:ses/emailIdentity:EmailIdentity' in ROWS)"
    )
    done = subprocess.check_output(
        [sys.executable, "-c", program], cwd=tmp_path, env={"PYTHONPATH": f"{product.parent}"}, text=True
    )
    assert done.strip() == "True"
    written = (tmp_path / "projects" / "data" / "Pulumi.local.yaml").read_text(encoding="utf-8")
    assert "ses: http://127.0.0.1:1" in written


def test_a_table_is_named_after_the_service_it_calls() -> None:
    for file in (CHECKOUT / "shared" / "tapstack" / "providers" / "tables").iterdir():
        service = file.stem.rstrip("_")
        texts = [part.read_text(encoding="utf-8") for part in (file.rglob("*.py") if file.is_dir() else [file])]
        called = {name for text in texts for name in re.findall(r"\bservice=\"(\w+)\"", text)}
        assert called <= {service}, file
