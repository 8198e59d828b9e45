"""What a change of a contract breaks, from one snapshot to the next and for layers that are deployed."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tapstack.cli.main import main
from tapstack.console.errors import UserError
from tapstack.contracts import types
from tapstack.contracts.contract import OPERATORS, FieldSchema, contract_of, reads_of
from tapstack.deploy.contracts.check import ContractCheck
from tapstack.deploy.contracts.consumers import Read
from tapstack.deploy.contracts.evolution import breaks, breaks_of_deployed, outdated
from tapstack.deploy.contracts.snapshots import Snapshot, file_of, read_texts, read_texts_at
from tapstack.generate.writing import generate
from tapstack.layers import LAYERS, Layer

PATH = "add the new field beside it, move the consumer, then remove it, each in a change of its own"


def field(kind: str = "Arn", *read_by: str, is_output: bool = True, secret: bool = False) -> FieldSchema:
    return FieldSchema(kind, is_output, secret, read_by)


def compute(version: int = 1, /, **fields: FieldSchema) -> Snapshot:
    return Snapshot("compute", version, fields)


def broken(before: Snapshot, after: Snapshot | None) -> list[str]:
    found = breaks(before, after)
    assert {problem.layer for problem in found} <= {"compute"}
    return [problem.text for problem in found]


def test_a_field_that_is_added_fits() -> None:
    assert broken(compute(a=field("Arn", "api-edge")), compute(b=field(), a=field("Arn", "api-edge"))) == []


def test_removing_a_field_that_is_read_breaks_its_readers() -> None:
    before = compute(validator_alias_arn=field("Arn", "api-edge", OPERATORS))

    assert broken(before, compute()) == [
        f"`compute.validator_alias_arn` is read by api-edge, operators; {PATH} (this change removes it)"
    ]


def test_renaming_a_field_and_moving_its_reader_at_once_breaks_what_is_deployed() -> None:
    before = compute(validator_alias_arn=field("Arn", "api-edge"), was_there=field("Arn"))
    after = compute(live_alias_arn=field("Arn", "api-edge"), was_there=field("Arn"), other=field("Name"))

    (problem,) = broken(before, after)
    assert problem == (
        f"`compute.validator_alias_arn` is read by api-edge; {PATH} "
        "(this change removes it: renamed to `live_alias_arn`?)"
    )


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (field("Arn", "api-edge"), field("Name", "api-edge"), "makes it Output[Name], and it was Output[Arn]"),
        (field("Arn", "api-edge"), field("Arn", "api-edge", is_output=False), "makes it Arn, and it was Output[Arn]"),
        (field("Arn", "api-edge", is_output=False), field("Arn", "api-edge"), "makes it Output[Arn], and it was Arn"),
        (field("Arn", "api-edge", secret=True), field("Arn", "api-edge"), "makes it plain, and it was secret"),
        # That the reader goes in the same change does not help the one that is deployed.
        (field("Arn", "api-edge"), field("Name"), "makes it Output[Name], and it was Output[Arn]"),
    ],
)
def test_retyping_a_field_that_is_read_breaks_its_readers(before: FieldSchema, after: FieldSchema, change: str) -> None:
    assert broken(compute(a=before), compute(a=after)) == [
        f"`compute.a` is read by api-edge; {PATH} (this change {change})"
    ]


@pytest.mark.parametrize("after", [{}, {"a": field("Name")}, {"a": field("Arn", is_output=False)}, {"b": field()}])
def test_a_field_that_nobody_reads_is_free(after: dict[str, FieldSchema]) -> None:
    assert broken(compute(a=field(secret=True)), compute(**after)) == []


@pytest.mark.parametrize("after", [field("Arn"), field("Arn", "api-edge", secret=True), field("Arn", "network")])
def test_other_readers_and_a_value_that_becomes_secret_fit(after: FieldSchema) -> None:
    assert broken(compute(a=field("Arn", "api-edge")), compute(a=after)) == []


def test_a_version_only_rises() -> None:
    assert broken(compute(1), compute(2)) == []
    (problem,) = broken(compute(2), compute(1))
    assert problem == (
        "`compute` goes back from contract version 2 to 1, which meant something else; a version only rises: set "
        "version=2 in shared/tapstack/contracts/compute.py"
    )


def test_a_version_is_raised_in_steps_that_fit_and_each_can_be_taken_back() -> None:
    read = {"a": field("Arn", "api-edge")}
    steps = [
        Snapshot("compute", 1, read),
        Snapshot("compute", 1, read, (1, 2)),
        Snapshot("compute", 2, read, (1, 2)),
        Snapshot("compute", 2, read),
    ]

    for before, after in pairwise(steps):
        assert broken(before, after) == []
        assert broken(after, before) == []


def test_a_version_that_is_raised_at_once_breaks_its_readers_and_is_told_the_steps() -> None:
    (problem,) = broken(compute(1, a=field("Arn", "api-edge")), compute(2, a=field("Arn", "api-edge")))

    assert problem == (
        "`compute` becomes contract version 2, and its readers, api-edge, understand version 1 alone; first keep "
        "version=1 with understood=(1, 2) in shared/tapstack/contracts/compute.py and deploy the readers, then set "
        "version=2, each in a change of its own"
    )


def test_a_type_is_its_shape_whatever_it_is_called() -> None:
    def shaped(kind: str, shape: str) -> FieldSchema:
        return FieldSchema(kind, is_output=True, secret=False, read_by=("api-edge",), shape=shape)

    assert broken(compute(a=shaped("Arn", "text arn:.+")), compute(a=shaped("AnyArn", "text arn:.+"))) == []
    (problem,) = broken(compute(a=shaped("Arn", "text arn:.+")), compute(a=shaped("Arn", "text urn:.+")))
    assert problem == (
        f"`compute.a` is read by api-edge; {PATH} (this change makes Arn text urn:.+, and it was text arn:.+)"
    )


def test_a_pattern_that_changes_changes_the_shape_of_all_that_holds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Snapshot.of(contract_of("network"))
    monkeypatch.setattr(types.SubnetId, "SHAPE", "net-[0-9]+")

    told = broken_of(before, Snapshot.of(contract_of("network")))

    assert any("`network.isolated_subnet_ids` is read by compute" in text for text in told)
    assert any("makes SubnetIds list of text net-[0-9]+, and it was list of text subnet-[0-9a-f]+" in t for t in told)


def broken_of(before: Snapshot, after: Snapshot) -> list[str]:
    return [problem.text for problem in breaks(before, after)]


def test_a_layer_that_goes_breaks_its_readers_and_nobody_else() -> None:
    assert broken(compute(a=field()), None) == []
    assert len(broken(compute(a=field("Arn", "api-edge")), None)) == 1


def test_a_snapshot_is_read_as_it_was_written_for_every_layer() -> None:
    for layer in LAYERS:
        snapshot = Snapshot.of(contract_of(layer))
        text = snapshot.text()

        assert Snapshot.parse(text, "here") == snapshot
        assert text.endswith("}\n")
        assert list(json.loads(text)["fields"]) == list(contract_of(layer).schema())


@pytest.mark.parametrize(
    "text", ["", "<<<<<<< HEAD", "[]", '{"layer": "x"}', '{"layer": 1, "version": 1, "fields": []}']
)
def test_a_file_that_is_no_snapshot_is_named_with_the_way_back(text: str) -> None:
    with pytest.raises(UserError, match=r"^x.json is no snapshot of a contract .*git checkout HEAD -- shared"):
        Snapshot.parse(text, "x.json")


def test_a_snapshot_that_is_out_of_date_is_named_with_what_differs() -> None:
    now = compute(a=field(), b=field("Arn", "api-edge"))

    def told(text: str | None, after: Snapshot | None = now) -> list[str]:
        return [problem.text for problem in outdated("compute", text, after, "x.json")]

    assert told(now.text()) == []
    assert told(None) == ["x.json is not there; write it: .venv/bin/tapstack generate contracts"]
    assert told(now.text(), None) == [
        "x.json is of a layer that is no more; remove it: .venv/bin/tapstack generate contracts"
    ]
    update = "run: .venv/bin/tapstack generate contracts"
    assert told(compute(a=field()).text()) == [f"x.json is out of date: b differs; {update}"]
    assert told(compute(c=field(), b=field()).text()) == [f"x.json is out of date: c, b, a differ; {update}"]
    reordered = compute(b=field("Arn", "api-edge"), a=field())
    assert told(reordered.text()) == [f"x.json is out of date: the version, the order or the form differs; {update}"]


Change = Callable[..., int]


@pytest.fixture
def change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Change:
    """Make a change of the compute layer's contract and of what the edge reads, and write the snapshots."""

    def run(
        fields: Mapping[str, FieldSchema], *reads: str, base: Mapping[str, str] | None = None, write: bool = True
    ) -> int:
        check = ContractCheck(
            contracts={"compute": compute(**fields)},
            reads=[
                Read("compute", None, "api-edge", "main.py:1"),
                *(Read("compute", name, "api-edge", "main.py:2") for name in reads),
            ],
            layers={"api-edge": Layer("api-edge", ("compute",), ())},
            outside={},
            committed=read_texts(tmp_path),
            base=base or {},
        )
        monkeypatch.setattr(ContractCheck, "of_checkout", lambda base=None: check)
        if not write:
            return main(["contracts", "--quiet"])
        try:
            list(generate(["contracts"], root=tmp_path))
        except UserError as error:
            print(error, file=sys.stderr)
            return 1
        return 0

    return run


def test_a_rename_at_once_is_refused_and_the_path_of_three_changes_is_open(
    change: Change, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read, unread = field("Arn", "api-edge"), field("Arn")
    assert change({"old": read}, "old") == 0
    first = read_texts(tmp_path)
    capsys.readouterr()

    assert change({"new": read}, "new") == 1

    assert read_texts(tmp_path) == first
    told = capsys.readouterr().err
    assert told == (
        f"`compute.old` is read by api-edge; {PATH} (this change removes it: renamed to `new`?); "
        "no snapshot is written while this is so\n"
    )

    # Add, move the consumer, remove.
    assert change({"old": read, "new": unread}, "old") == 0
    assert change({"new": unread}, "new") == 1  # the consumer moves and the field goes, both at once
    assert change({"old": unread, "new": read}, "new") == 0
    assert change({"new": read}, "new") == 0
    assert list(Snapshot.parse(read_texts(tmp_path)["compute"], "").fields) == ["new"]


def test_no_snapshot_is_written_while_declared_readers_are_not_those_of_the_code(
    change: Change, tmp_path: Path
) -> None:
    assert change({"old": field("Arn", "api-edge")}, "old") == 0
    first = read_texts(tmp_path)

    assert change({"old": field("Arn")}, "old") == 1

    assert read_texts(tmp_path) == first


def test_without_write_a_change_that_fits_asks_for_it_and_one_that_breaks_does_not(
    change: Change, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert change({"old": field("Arn", "api-edge")}, "old") == 0
    first = read_texts(tmp_path)
    capsys.readouterr()

    assert change({"old": field("Arn", "api-edge"), "new": field()}, "old", write=False) == 2
    assert capsys.readouterr().err == (
        f"{file_of('compute')} is out of date: new differs; run: .venv/bin/tapstack generate contracts\n"
    )
    assert change({}, write=False) == 2
    assert capsys.readouterr().err == f"`compute.old` is read by api-edge; {PATH} (this change removes it)\n"
    assert read_texts(tmp_path) == first


def test_the_table_marks_secrets_and_names_consumers_as_the_code_has_them(
    change: Change, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    key = field("ApiKey", "api-edge", secret=True)
    assert change({"key": key, "flag": field("bool", is_output=False)}, "key") == 0
    capsys.readouterr()

    assert main(["contracts"]) == 2
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[1:] == [
        ["compute", "(version", "1)", "key", "ApiKey", "secret", "api-edge"],
        ["flag", "bool", "plain", "-"],
    ]

    assert main(["contracts", "--json"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert document["contracts"]["compute"]["fields"]["key"] == {
        "type": "ApiKey",
        "is_output": True,
        "secret": True,
        "consumers": ["api-edge"],
    }
    assert [problem["layer"] for problem in document["problems"]] == ["compute"]


def test_three_steps_in_one_change_are_refused_by_what_its_base_has(change: Change, tmp_path: Path) -> None:
    read, unread = field("Arn", "api-edge"), field("Arn")
    assert change({"old": read}, "old") == 0
    base = read_texts(tmp_path)
    assert change({"old": unread, "new": read}, "new", base=base) == 0

    assert change({"new": read}, "new", base=base) == 1
    assert change({"new": read}, "new") == 0


def test_the_snapshot_of_a_layer_that_is_no_more_is_removed(change: Change, tmp_path: Path) -> None:
    assert change({}) == 0
    file = tmp_path / file_of("gone")
    file.write_text(Snapshot("gone", 1, {"a": field()}).text(), encoding="utf-8")

    assert change({}) == 0

    assert not file.exists()
    assert read_texts(tmp_path).keys() == {"compute"}


def test_snapshots_of_a_revision_are_those_it_has(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=t", "-c", "user.email=t@example.com")
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "--quiet")
    git("commit", "--quiet", "--allow-empty", "-m", "Begin")
    file = tmp_path / file_of("compute")
    file.parent.mkdir(parents=True)
    file.write_text("as committed\n", encoding="utf-8")
    git("add", ".")
    git("commit", "--quiet", "-m", "Add a snapshot")
    file.write_text("as committed last\n", encoding="utf-8")
    git("commit", "--quiet", "--all", "-m", "Change it")
    file.write_text("as it is now\n", encoding="utf-8")

    assert read_texts_at("HEAD", tmp_path) == {"compute": "as committed last\n"}
    assert read_texts_at("HEAD~1", tmp_path) == {"compute": "as committed\n"}
    assert read_texts_at("HEAD~2", tmp_path) == {}
    with pytest.raises(UserError, match=r"^revision 'nowhere' cannot be read: .*nowhere"):
        read_texts_at("nowhere", tmp_path)


def deployed(version: float = 1, **fields: str) -> dict[str, dict[str, Any]]:
    reads = {"compute": {"version": version, "fields": fields}}
    return {"api-edge": {"contract_version": 1, "contract_reads": reads}}


def broken_by(contract: Snapshot | None, stacks: Mapping[str, Mapping[str, Any]]) -> list[str]:
    contracts = {"compute": contract} if contract else {}
    return [problem.text for problem in breaks_of_deployed(contracts, stacks, "prod")]


def test_a_deployed_layer_that_reads_what_this_checkout_exports_is_not_broken() -> None:
    assert broken_by(compute(a=field(), b=field("Name")), deployed(1.0, a="Arn")) == []


def test_a_field_that_a_deployed_layer_reads_may_not_go() -> None:
    path = "is read by api-edge@prod; add the new field, move the consumer, then remove it"
    told = f"`compute.validator_alias_arn` {path} (this checkout does not export it)"

    assert broken_by(compute(), deployed(validator_alias_arn="Arn")) == [told]
    assert broken_by(None, deployed(validator_alias_arn="Arn")) == [told]


def test_a_field_that_a_deployed_layer_reads_may_not_change_its_type() -> None:
    (problem,) = broken_by(compute(a=field("Name")), deployed(a="Arn"))
    assert problem == (
        "`compute.a` is read by api-edge@prod; add the new field, move the consumer, then remove it "
        "(this checkout exports Name, and Arn is read)"
    )


def test_a_deployed_layer_that_reads_another_version_is_named_with_both() -> None:
    (newer,) = broken_by(compute(2, a=field()), deployed(1, a="Arn"))
    assert newer.startswith("`compute` is read by api-edge@prod as version 1, and this checkout exports version 2; ")
    assert "keep version 1 with understood=(1, 2), deploy the readers, then raise it; or add a field" in newer

    (older,) = broken_by(compute(1), deployed(2, a="Arn"))
    assert older == (
        "`compute` is read by api-edge@prod as version 2, and this checkout exports version 1; it is older than what "
        "is deployed; update it: git pull"
    )


def test_a_deployed_layer_that_understands_both_versions_is_not_broken_by_either() -> None:
    stacks = deployed(1, a="Arn")
    stacks["api-edge"]["contract_reads"]["compute"]["versions"] = [1.0, 2.0]

    assert broken_by(compute(2, a=field()), stacks) == []
    assert broken_by(compute(1, a=field()), stacks) == []


def test_a_deployed_layer_that_understands_both_only_here_is_to_be_deployed_first() -> None:
    (told,) = broken_by(Snapshot("compute", 2, {"a": field()}, (1, 2)), deployed(1, a="Arn"))

    assert told.endswith(
        "and this checkout exports version 2; it understands both here, so deploy it first: "
        ".venv/bin/tapstack --stack prod up api-edge"
    )


def test_a_field_that_a_deployed_layer_reads_may_not_change_its_shape() -> None:
    stacks = deployed(a="Arn")
    stacks["api-edge"]["contract_reads"]["compute"]["shapes"] = {"a": "text arn:.+"}
    same = FieldSchema("AnyArn", is_output=True, secret=False, read_by=(), shape="text arn:.+")
    other = FieldSchema("Arn", is_output=True, secret=False, read_by=(), shape="text urn:.+")

    assert broken_by(compute(a=same), stacks) == []
    (told,) = broken_by(compute(a=other), stacks)
    assert told.endswith("(this checkout exports Arn as text urn:.+, and it is read as text arn:.+)")


def test_of_a_deployed_layer_that_does_not_say_what_it_reads_nothing_is_claimed() -> None:
    assert broken_by(compute(), {"api-edge": {"contract_version": 1, "api_url": "https://example.com"}}) == []


def test_what_this_checkout_would_deploy_is_not_broken_by_it() -> None:
    contracts = {layer: Snapshot.of(contract_of(layer)) for layer in LAYERS}
    stacks = {layer: {"contract_reads": reads_of(layer)} for layer in LAYERS}

    assert breaks_of_deployed(contracts, stacks, "prod") == []
    assert sum(len(read["fields"]) for stack in stacks.values() for read in stack["contract_reads"].values()) > 20
