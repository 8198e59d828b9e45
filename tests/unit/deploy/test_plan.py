"""What a plan says, from previews and states."""

import contextlib
import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tapstack.console.errors import UserError
from tapstack.deploy.plan import LayerPlan, Plan, make_plan
from tapstack.deploy.plan_report import as_markdown, order, print_plan
from tapstack.deploy.previews import would_export
from tapstack.engine.events import UNKNOWN, Operation, Report
from tapstack.engine.failures import NoStackError
from tapstack.engine.rewrites import Writes
from tapstack.layers import LAYERS
from tapstack.program.previewed import Previewed

from .conftest import state

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


FIRST = Report(counts={"create": 5}, outputs_after={"vpc_id": UNKNOWN, "zones": ["a", "b"], "subnets": ["s", UNKNOWN]})


def test_from_nothing_each_layer_is_previewed_on_what_those_before_it_would_export(script: Any) -> None:
    script.states |= {layer: {} for layer in LAYERS}
    script.reports |= {("preview", layer): FIRST for layer in LAYERS}

    plan = make_plan(script, LAYERS, {}, None)

    assert plan.obstacles == []
    assert [list(layer.waits_for) for layer in plan.layers] == [[], [], [], []]
    assert {layer.layer: list(layer.previewed_on) for layer in plan.layers} == {
        "network": [], "data": [], "compute": ["network", "data"], "api-edge": ["data", "compute"],
    }  # fmt: skip
    would = Previewed(known={"zones": ["a", "b"]}, unknown=("vpc_id", "subnets"))
    assert script.handed_on["compute"] == {"network": would, "data": would}
    assert script.done("preview")[2:] == ["compute", "api-edge"]
    assert re.search(r"^compute +2 +5 .* with network, data as planned$", text(plan), re.MULTILINE)


def test_a_layer_waits_for_one_before_it_that_cannot_be_previewed(script: Any) -> None:
    script.states |= {layer: {} for layer in LAYERS}
    script.reports |= {("preview", layer): FIRST for layer in LAYERS} | {("preview", "data"): "the setting is bad"}

    plan = make_plan(script, LAYERS, {}, None)

    assert {layer.layer: list(layer.waits_for) for layer in plan.layers} == {
        "network": [], "data": [], "compute": ["data"], "api-edge": ["data", "compute"],
    }  # fmt: skip
    assert sorted(script.done("preview")) == ["data", "network"]
    assert "known once data is up" in text(plan)


def test_layers_before_one_that_is_planned_alone_are_previewed_and_not_planned(script: Any) -> None:
    script.states |= {layer: {} for layer in LAYERS}
    script.reports |= {("preview", layer): FIRST for layer in LAYERS}

    plan = make_plan(script, ["api-edge"], {}, None)

    assert [(layer.layer, layer.changes["create"] if layer.changes else None) for layer in plan.layers] == [
        ("api-edge", 5)
    ]
    told = "api-edge: network, data, compute are not up, and not in this plan; deploy all: "
    assert plan.obstacles == [f"{told}.venv/bin/tapstack --stack dev up network data compute api-edge"]


def test_a_layer_that_is_half_made_is_previewed_for_those_that_read_it(all_up: Any) -> None:
    half = state("network")
    half["resources"][0]["outputs"] = {}
    all_up.states |= {"network": half, "compute": {}}
    all_up.reports |= {("preview", layer): FIRST for layer in ("network", "compute")}

    plan = make_plan(all_up, ["compute"], {}, None)

    assert list(all_up.handed_on["compute"]) == ["network"]
    assert plan.layers[0].changes
    told = "compute: network is not up, and not in this plan; deploy all: "
    assert plan.obstacles == [f"{told}.venv/bin/tapstack --stack dev up network compute"]


def test_what_would_be_exported_is_known_unknown_secret_or_unchanged() -> None:
    report = Report(
        outputs_before={"same": 1, "changed": 1, "kept": "[secret]", "rotated": "[secret]", "gone": 1, "remade": "id"},
        outputs_after={
            "same": 1,
            "changed": 2,
            "kept": "[secret]",
            "rotated": "[secret]",
            "new": None,
            "remade": UNKNOWN,
            "keys": {"acme": "[secret]"},
            "ids": [{"of": UNKNOWN}],
        },
        writes=Writes(outputs=frozenset({"changed", "rotated"})),
    )

    assert would_export(report) == Previewed(
        known={"changed": 2, "new": None},
        unknown=("remade", "ids"),
        secret=("rotated", "keys"),
        unchanged=("same", "kept"),
    )


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
    assert list(plan.layers[1].previewed_on) == ["data"]
    assert all_up.handed_on["api-edge"]["data"].unknown == ("velocity_table_name",)
    assert all_up.done("preview") == ["data", "api-edge"]


def test_what_a_state_keeps_of_outputs_that_will_change_is_read_anew_once(all_up: Any) -> None:
    exported = all_up.states["compute"]["resources"][0]["outputs"]
    all_up.reports["preview", "compute"] = Report(outputs_before=exported, outputs_after={**exported, "url": "u"})

    all_up.states["api-edge"] = state("api-edge", {}, {"compute": exported})
    plan = make_plan(all_up, ["compute", "api-edge"], {}, None)
    assert [dict(layer.changes or {}).get("read") for layer in plan.layers] == [None, 1]
    all_up.states["api-edge"] = state("api-edge", {}, {"compute": {**exported, "url": "before"}})
    all_up.reports["preview", "api-edge"] = Report(counts={"read": 1, "same": 3})
    plan = make_plan(all_up, ["compute", "api-edge"], {}, None)
    assert [dict(layer.changes or {}).get("read") for layer in plan.layers] == [None, 1]


def test_one_that_follows_and_cannot_be_looked_at_waits(all_up: Any) -> None:
    all_up.reports["preview", "data"] = replaced_table()
    pending = {"type": "creating", "resource": {"urn": "urn:pulumi:dev::tapstack-api-edge::aws:kms/key:Key::key"}}
    all_up.states["api-edge"]["pending_operations"] = [pending]

    plan = make_plan(all_up, ["data"], {"data": ["projects/data/tables.py"]}, "main")

    assert list(plan.layers[1].waits_for) == ["data"]
    assert all_up.done("preview") == ["data"]


def test_a_layer_between_that_follows_has_those_after_it_previewed_again(all_up: Any) -> None:
    moved = Report(counts={"update": 1}, outputs_before={"vpc_id": "vpc-1"}, outputs_after={"vpc_id": "vpc-2"})
    follows = Report(counts={"update": 1}, outputs_before={"alias_name": "a"}, outputs_after={"alias_name": "b"})
    all_up.reports |= {("preview", "network"): moved, ("preview", "compute"): follows}

    plan = make_plan(all_up, ["network", "api-edge"], {}, "main")

    assert [layer.layer for layer in plan.layers] == ["network", "compute", "api-edge"]
    assert all_up.handed_on["api-edge"] == {"compute": Previewed(known={"alias_name": "b"})}


def test_a_layer_that_was_not_previewed_is_not_taken_for_unchanged() -> None:
    assert not LayerPlan("data", 1).is_idle
    assert LayerPlan("data", 1, changes={"create": 0}).is_idle


def test_a_preview_that_fails_is_in_the_plan(all_up: Any) -> None:
    all_up.reports["preview", "compute"] = "the setting is bad"

    plan = make_plan(all_up, LAYERS, {}, None)

    assert plan.obstacles == ["compute: the setting is bad"]
    assert plan.layers[2].error == "the setting is bad"
    assert "compute: the setting is bad" in text(plan)


def test_a_preview_that_fails_on_what_is_deployed_is_made_again_on_what_will_be(all_up: Any) -> None:
    more = Report(counts={"same": 3}, outputs_before={"alias_name": "a"}, outputs_after={"alias_name": "a", "url": "u"})
    refused = "layer 'compute' does not export url"
    all_up.reports |= {("preview", "compute"): more, ("preview", "api-edge"): [refused, Report(counts={"update": 1})]}

    plan = make_plan(all_up, ["compute", "api-edge"], {}, None)

    assert plan.obstacles == []
    assert plan.layers[1].changes == {"create": 0, "update": 1, "replace": 0, "delete": 0}
    assert all_up.handed_on["api-edge"] == {"compute": Previewed(known={"url": "u"}, unchanged=("alias_name",))}
    all_up.reports["preview", "api-edge"] = refused
    assert make_plan(all_up, ["api-edge"], {}, None).obstacles == [f"api-edge: {refused}"]


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

    with pytest.raises(UserError, match=r"cut short.*'key'.*have it looked up, and go on: .*--stack dev up data"):
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
