"""Before groups are deleted: versions of functions in them go or are named, and interfaces are waited for."""

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tapstack.console.errors import UserError
from tapstack.deploy.borders import clearing
from tapstack.deploy.borders.clearing import clear_the_way
from tapstack.deploy.versions import Version

GROUP = "aws:ec2/securityGroup:SecurityGroup"
FUNCTION = "aws:lambda/function:Function"
ARN = "arn:aws:lambda:eu-central-1:1:function:validator"


def item(kind: str, id_: str, outputs: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": kind, "urn": f"urn:{kind}::x", "id": id_, "custom": True, "outputs": outputs, **more}


class Functions:
    """The versions of compute's function."""

    def __init__(self, *versions: Version) -> None:
        self.versions = [*versions]
        self.deleted: list[int] = []
        self.refusal = ""

    def all(self) -> list[Version]:
        if self.refusal:
            raise ClientError({"Error": {"Code": self.refusal, "Message": "no"}}, "ListVersionsByFunction")
        return self.versions

    def delete(self, version: Version) -> bool:
        self.deleted.append(version.number)
        return True


def version(number: int, kept: str = "", *, is_leaving: bool = True) -> Version:
    return Version("validator", number, "2026-11-25T", 512, kept, is_leaving)


@pytest.fixture
def asked(all_up: Any, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The network has replaced a group, and kept it; the groups whose interfaces were waited for."""
    all_up.states["network"]["resources"] += [
        item(GROUP, "sg-2", {"arn": "arn:2"}),
        item(GROUP, "sg-1", {"arn": "arn:1"}, delete=True),
    ]
    all_up.states["compute"]["resources"].append(
        item(FUNCTION, "validator", {"name": "validator", "arn": ARN, "publish": True})
    )
    waited: list[list[str]] = []
    monkeypatch.setattr(clearing, "Aws", lambda environment, arns: None)
    monkeypatch.setattr(clearing, "wait_until_free", lambda env, aws, groups, told, kept: waited.append(groups))
    return waited


def clear(script: Any, functions: Functions, monkeypatch: pytest.MonkeyPatch, *deployed: str) -> list[str]:
    def found(environment: Any, of: Mapping[str, str], leaving: frozenset[str]) -> Functions:
        assert (dict(of), set(leaving)) == ({"validator": ARN}, {"sg-1"})
        return functions

    told: list[str] = []
    monkeypatch.setattr(clearing, "Versions", found)
    clear_the_way(script, "network", deployed, told.append)
    return told


def test_versions_that_nobody_needs_go_with_what_they_ran_in(
    all_up: Any, asked: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    functions = Functions(version(1), version(2, "live", is_leaving=False))

    assert clear(all_up, functions, monkeypatch, "network", "compute") == []

    assert functions.deleted == [1]
    assert asked == [["sg-1"]]


def test_versions_of_a_layer_that_is_not_deployed_are_left_to_its_team(
    all_up: Any, asked: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    functions = Functions(version(1), version(2, "live", is_leaving=False))

    with pytest.raises(UserError) as refused:
        clear(all_up, functions, monkeypatch, "network")

    tapstack = ".venv/bin/tapstack --stack dev"
    assert f"{refused.value}" == (
        "network: versions of functions are still in what it deletes: validator:1; next: "
        f"{tapstack} prune-versions compute, then {tapstack} up network"
    )
    assert functions.deleted == []
    assert asked == []


def test_a_version_that_has_a_canary_s_share_keeps_the_old(
    all_up: Any, asked: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    functions = Functions(version(1, "live"), version(2, "share of live", is_leaving=False))

    with pytest.raises(UserError, match=r"validator:1 \(live: end the canary, or move the alias, first\); next: .* up"):
        clear(all_up, functions, monkeypatch, "network", "compute")

    assert functions.deleted == []
    assert asked == []


def test_who_may_not_look_at_functions_waits_for_their_interfaces(
    all_up: Any, asked: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    functions = Functions()
    functions.refusal = "AccessDeniedException"

    (told,) = clear(all_up, functions, monkeypatch, "network")

    assert told.startswith("versions of functions of compute cannot be looked at: ")
    assert asked == [["sg-1"]]


def test_a_layer_that_has_kept_no_group_waits_for_nothing(
    all_up: Any, asked: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    all_up.states["network"]["resources"].pop()

    assert clear(all_up, Functions(version(1)), monkeypatch, "network") == []
    assert asked == []
