"""What a plan says, from previews and states."""

import contextlib
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from tapstack.console.errors import UserError
from tapstack.deploy.plan import LayerPlan, Plan, make_plan
from tapstack.deploy.plan_report import as_markdown, order, print_plan
from tapstack.engine.events import UNKNOWN, Operation, Report
from tapstack.engine.stack import NoStackError
from tapstack.layers import LAYERS

TABLE = "aws:dynamodb/table:Table"


def op(kind: str, resource_type: str = TABLE, name: str = "velocity") -> Operation:
    return Operation(kind, resource_type, f"urn:pulumi:dev::project::{resource_type}::{name}")


def replaced_table() -> Report:
    return Report(
        started=[op("create-replacement"), op("replace"), op("delete-replaced"), op("update", name="merchants")],
        counts={"replace": 1, "update": 1, "same": 20},
        outputs_before={"key_arn": "arn:1", "velocity_table_name": "velocity", "contract_reads": {}},
        outputs_after={"key_arn": "arn:1", "velocity_table_name": UNKNOWN, "contract_reads": {"more": {}}},
    )


def test_layers_that_do_not_wait_for_each_other_are_in_one_wave(all_up: Any) -> None:
    plan = make_plan(all_up, LAYERS, {}, None)

    assert order(plan) == "network ∥ data → compute → api-edge"
    assert sorted(all_up.done("preview")) == sorted(LAYERS)
    assert all(layer.is_idle for layer in plan.layers)


def test_a_layer_whose_upstream_is_not_up_is_not_previewed(script: Any) -> None:
    script.states |= {layer: {} for layer in LAYERS}

    plan = make_plan(script, LAYERS, {}, None)

    assert {layer.layer: list(layer.waits_for) for layer in plan.layers} == {
        "network": [], "data": [], "compute": ["network", "data"], "api-edge": ["data", "compute"],
    }  # fmt: skip
    assert sorted(script.done("preview")) == ["data", "network"]


def test_a_layer_alone_is_told_all_that_it_lacks(script: Any) -> None:
    script.states |= {layer: {} for layer in LAYERS}

    plan = make_plan(script, ["data", "api-edge"], {}, None)

    told = "api-edge: network, compute are not up, and not in this plan"
    assert plan.obstacles == [f"{told}; deploy all: .venv/bin/tapstack --stack dev up network data compute api-edge"]
    assert make_plan(script, LAYERS, {}, None).obstacles == []


def test_what_holds_data_and_goes_is_named_with_what_is_lost(all_up: Any) -> None:
    all_up.reports["preview", "data"] = replaced_table()

    plan = make_plan(all_up, ["data"], {}, None)

    ((layer, loss),) = plan.losses
    assert (layer, loss.kind, loss.name, loss.lost) == ("data", "replace", "velocity", "its items")
    assert "data: REPLACE 'velocity' (aws:dynamodb/table:Table): ITS ITEMS WILL BE LOST" in text(plan)


def test_what_goes_without_data_in_it_is_no_loss(all_up: Any) -> None:
    gone = op("delete", "aws:iam/role:Role", "validator")
    all_up.reports["preview", "compute"] = Report(started=[gone], counts={"delete": 1})

    plan = make_plan(all_up, ["compute"], {}, None)

    assert plan.losses == []
    assert not plan.layers[0].is_idle


def test_an_output_that_changes_names_the_deployed_layers_that_read_it(all_up: Any) -> None:
    all_up.reports["preview", "data"] = replaced_table()

    plan = make_plan(all_up, ["data"], {}, None)

    assert plan.layers[0].outputs == {"velocity_table_name": ["api-edge"]}


def test_an_output_that_is_new_is_a_change(all_up: Any) -> None:
    more = Report(
        counts={"same": 3}, outputs_before={"key_arn": "arn:1"}, outputs_after={"key_arn": "arn:1", "url": "u"}
    )
    all_up.reports["preview", "data"] = more

    plan = make_plan(all_up, ["data"], {}, None)

    assert not plan.layers[0].is_idle
    assert plan.layers[0].outputs == {}
    assert "data: output url is new" in text(plan)


def test_since_a_revision_those_that_read_what_changes_follow(all_up: Any) -> None:
    all_up.reports["preview", "data"] = replaced_table()

    plan = make_plan(all_up, ["data"], {"data": ["projects/data/tables.py"]}, "main")

    assert [(layer.layer, list(layer.because)) for layer in plan.layers] == [
        ("data", ["projects/data/tables.py"]),
        ("api-edge", ["data.velocity_table_name changes"]),
    ]
    assert list(plan.layers[1].waits_for) == ["data"]
    assert all_up.done("preview") == ["data"]


def test_a_layer_that_was_not_previewed_is_not_taken_for_unchanged() -> None:
    assert not LayerPlan("data", 1).is_idle
    assert LayerPlan("data", 1, changes={"create": 0}).is_idle


def test_a_preview_that_fails_is_in_the_plan(all_up: Any) -> None:
    all_up.reports["preview", "compute"] = "the setting is bad"

    plan = make_plan(all_up, LAYERS, {}, None)

    assert plan.obstacles == ["compute: the setting is bad"]
    assert plan.layers[2].error == "the setting is bad"
    assert "compute: the setting is bad" in text(plan)


def test_a_preview_that_fails_before_its_upstream_exports_more_waits_for_it(all_up: Any) -> None:
    more = Report(counts={"same": 3}, outputs_before={"alias_name": "a"}, outputs_after={"alias_name": "a", "url": "u"})
    all_up.reports |= {("preview", "compute"): more, ("preview", "api-edge"): "layer 'compute' does not export url"}

    plan = make_plan(all_up, ["compute", "api-edge"], {}, None)

    assert plan.obstacles == []
    assert list(plan.layers[1].waits_for) == ["compute"]
    assert make_plan(all_up, ["api-edge"], {}, None).obstacles == ["api-edge: layer 'compute' does not export url"]


def test_a_field_that_a_deployed_layer_reads_and_the_checkout_lacks_is_an_obstacle(
    all_up: Any, run_command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    reads = all_up.states["api-edge"]["resources"][0]["outputs"]["contract_reads"]
    reads["compute"]["fields"]["invoke_arn"] = "Arn"
    all_up.reports["preview", "compute"] = Report(counts={"update": 1})
    told = "`compute.invoke_arn` is read by api-edge@dev; add the new field, move the consumer, then remove it"

    assert run_command("plan", "compute") == 2
    assert told in capsys.readouterr().out.replace("\n", " ")
    assert run_command("up", "compute", "--yes") == 1
    assert told in capsys.readouterr().err
    assert all_up.done("up") == []


def test_what_a_reader_reads_that_nobody_can_tell_is_an_obstacle(all_up: Any) -> None:
    all_up.forbidden = {"compute"}
    all_up.reports["preview", "data"] = replaced_table()

    plan = make_plan(all_up, ["data"], {}, None)

    (told,) = plan.obstacles
    assert told == (
        "data: what compute@dev reads cannot be looked at: compute: AccessDenied; deploy compute, or with credentials "
        "that may read its state: .venv/bin/tapstack --stack dev contracts --note-reads"
    )
    assert plan.layers[0].outputs == {"velocity_table_name": ["compute", "api-edge"]}
    assert "compute: neither its state nor a note on it can be read; what it reads is as the contracts" in text(plan)
    with pytest.raises(UserError, match="compute: AccessDenied"):
        make_plan(all_up, ["api-edge"], {}, None)


def test_one_that_may_read_nothing_of_a_layer_is_none_of_its_business(all_up: Any) -> None:
    all_up.forbidden = {"network", "data"}

    assert make_plan(all_up, [], {}, None).obstacles == []
    all_up.forbidden = {"network"}
    assert make_plan(all_up, ["data"], {}, None).obstacles == []


def test_a_stack_that_is_not_there_ends_the_plan(script: Any) -> None:
    with pytest.raises(NoStackError, match="network: there is no stack"):
        make_plan(script, ["network"], {}, None)


def test_a_run_that_was_cut_short_ends_the_plan_before_any_preview(all_up: Any) -> None:
    pending = {"type": "creating", "resource": {"urn": "urn:pulumi:dev::tapstack-data::aws:kms/key:Key::key"}}
    all_up.states["data"]["pending_operations"] = [pending]

    with pytest.raises(UserError, match=r"cut short.*'key'.*pulumi refresh --clear-pending-creates --stack dev"):
        make_plan(all_up, LAYERS, {}, None)
    assert all_up.calls == []


def test_markdown_is_a_table_and_the_loss_is_bold(all_up: Any) -> None:
    all_up.reports["preview", "data"] = replaced_table()

    markdown = as_markdown(make_plan(all_up, ["data"], {}, None))

    assert "| data | 1 | · | 1 | 1 | · |  |" in markdown
    assert "- **data: REPLACE 'velocity'" in markdown
    assert markdown.endswith("\n")


def test_json_holds_all_of_it(all_up: Any, run_command: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    all_up.reports["preview", "data"] = replaced_table()

    assert run_command("plan", "data", "--json") == 0

    plan = json.loads(capsys.readouterr().out)
    assert plan["stack"] == "dev"
    assert plan["waves"] == [["data"]]
    assert plan["layers"][0]["changes"] == {"create": 0, "update": 1, "replace": 1, "delete": 0}
    assert plan["layers"][0]["losses"][0]["name"] == "velocity"
    assert plan["layers"][0]["outputs"] == {"velocity_table_name": ["api-edge"]}


def test_a_plan_with_a_failed_preview_ends_with_2(all_up: Any, run_command: Callable[..., int]) -> None:
    all_up.reports["preview", "compute"] = "the setting is bad"

    assert run_command("plan") == 2


def text(plan: Plan) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        print_plan(plan)
    return printed.getvalue()
