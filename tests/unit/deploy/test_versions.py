"""Which versions of functions are kept, which are deleted, and what comes of a version that does not start."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from tapstack.cli.actions import prune_versions as action
from tapstack.console.errors import UserError
from tapstack.deploy import versions as module
from tapstack.deploy.versions import Version, Versions, functions_in

ARN = "arn:aws:lambda:eu-central-1:000000000000:function:validator"
Alias = dict[str, Any]


def alias(version: str, name: str = "live", **shares: float) -> Alias:
    weights = {"AdditionalVersionWeights": {number.strip("v"): share for number, share in shares.items()}}
    return {"Name": name, "FunctionVersion": version, **({"RoutingConfig": weights} if shares else {})}


class Lambda:
    """A function with versions and aliases; Lambda's rules for deleting a version hold."""

    def __init__(self, published: list[int], *aliases: Alias) -> None:
        self.published = published
        self.aliases = [*aliases]
        self.states: dict[str, Mapping[str, str]] = {}
        self.places: dict[int, list[str]] = {}
        self.refuses: Callable[[str], str] = lambda version: ""

    def client(self, service: str) -> Any:
        assert service == "lambda"
        return self

    def get_paginator(self, operation: str) -> Any:
        self.operation = operation
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        if self.operation == "list_aliases":
            return [{"Aliases": [one]} for one in self.aliases]
        plain = {"LastModified": "2026-11-25T", "MemorySize": 512}
        listed = [{**plain, "Version": "$LATEST"}]
        listed += [
            {**plain, "Version": f"{number}", "VpcConfig": {"SubnetIds": self.places.get(number, [])}}
            for number in self.published
        ]
        return [{"Versions": [version]} for version in listed]

    def delete_function(self, *, FunctionName: str, Qualifier: str) -> None:  # noqa: N803 - the SDK's
        pointed = {one["FunctionVersion"] for one in self.aliases} | {
            number
            for one in self.aliases
            for number in one.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
        }
        code = self.refuses(Qualifier)
        if Qualifier in pointed:
            code = "ResourceConflictException"
        elif int(Qualifier) not in self.published:
            code = "ResourceNotFoundException"
        if code:
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, "DeleteFunction")
        self.published.remove(int(Qualifier))

    def get_function_configuration(self, *, FunctionName: str, Qualifier: str) -> Mapping[str, str]:  # noqa: N803
        return self.states.get(Qualifier, {"State": "Active"})

    def get_waiter(self, name: str) -> Any:
        assert name == "published_version_active"
        return self

    def wait(self, *, FunctionName: str, Qualifier: str, WaiterConfig: Any) -> None:  # noqa: N803
        last: Any = {"State": "Failed", "StateReasonCode": "FunctionError"}
        raise WaiterError("published_version_active", "failed", last)


@pytest.fixture
def of(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Versions]:
    def make(function: Lambda, leaving: Sequence[str] = ()) -> Versions:
        monkeypatch.setattr(module, "Aws", lambda environment, arn: function)
        found = Versions(None, {"validator": ARN}, leaving)  # type: ignore[arg-type]
        monkeypatch.setattr(action, "_versions", lambda environment, layers: found)
        return found

    return make


def kept(versions: list[Version]) -> dict[int, str]:
    return {version.number: version.kept for version in versions}


def test_what_an_alias_points_to_is_kept_and_the_one_before_and_the_newest(of: Callable[..., Versions]) -> None:
    found = of(Lambda([1, 2, 3, 5, 8], alias("5")))

    assert kept(found.all()) == {1: "", 2: "", 3: "before live", 5: "live", 8: "newest"}


def test_the_version_before_is_not_kept_where_the_network_it_ran_in_is_on_its_way_out(
    of: Callable[..., Versions],
) -> None:
    function = Lambda([1, 2, 3], alias("3"), alias("1", "audit"))
    function.places |= {1: ["subnet-1"], 2: ["subnet-1"], 3: ["subnet-2"]}

    found = of(function, ["subnet-1", "sg-1"]).all()

    assert kept(found) == {1: "audit", 2: "", 3: "live"}
    assert [version.is_leaving for version in found] == [True, True, False]


def test_a_canary_keeps_both_of_its_versions(of: Callable[..., Versions]) -> None:
    found = of(Lambda([1, 6, 7, 8, 9, 10], alias("7", v9=0.1)))

    assert kept(found.all()) == {1: "", 6: "before live", 7: "live", 8: "", 9: "share of live", 10: "newest"}


def test_what_somebody_else_s_alias_points_to_is_kept(of: Callable[..., Versions]) -> None:
    found = of(Lambda([1, 2, 3, 4, 5], alias("5"), alias("2", "audit"), alias("$LATEST", "next")))

    assert kept(found.all()) == {1: "before audit", 2: "audit", 3: "", 4: "before live", 5: "live"}


def test_a_function_without_a_version_has_none_to_delete(of: Callable[..., Versions]) -> None:
    assert of(Lambda([])).all() == []


def test_a_run_that_was_cut_short_is_finished_by_the_next(of: Callable[..., Versions]) -> None:
    function = Lambda([1, 2, 3, 4, 5, 6], alias("6"))
    found = of(function)
    function.refuses = lambda version: "ThrottlingException" if version == "3" else ""
    with pytest.raises(ClientError):
        [found.delete(version) for version in found.all() if not version.kept]
    assert function.published == [3, 4, 5, 6]

    function.refuses = lambda version: ""
    action.settle(None, ["compute"])  # type: ignore[arg-type]

    assert function.published == [5, 6]


def test_a_version_that_is_gone_or_in_use_by_now_is_no_error(of: Callable[..., Versions]) -> None:
    function = Lambda([1, 2, 3, 4], alias("4"))
    found = of(function)
    first, second, *_ = found.all()
    function.published.remove(1)
    function.aliases.append(alias("2", "back"))

    assert (found.delete(first), found.delete(second)) == (True, False)
    assert function.published == [2, 3, 4]


@pytest.mark.parametrize("state", ["Failed", "Pending"])
def test_a_version_that_does_not_start_is_told_and_everything_is_kept(of: Callable[..., Versions], state: str) -> None:
    function = Lambda([1, 2, 3], alias("3"))
    function.states["3"] = {"State": state, "StateReasonCode": "FunctionError", "StateReason": "ImportError"}
    of(function)

    with pytest.raises(
        UserError, match=r"version 3 of validator, which live points to, is failed: FunctionError.*on-call"
    ):
        action.settle(None, ["compute"])  # type: ignore[arg-type]

    assert function.published == [1, 2, 3]


def test_after_a_deployment_a_refusal_is_told_with_the_command_that_goes_on(
    of: Callable[..., Versions], capsys: pytest.CaptureFixture[str]
) -> None:
    function = Lambda([1, 2, 3], alias("3"))
    function.refuses = lambda version: "AccessDeniedException"
    of(function)

    class Dev:
        name = "dev"

    action.settle(Dev(), ["compute"])  # type: ignore[arg-type]

    told = capsys.readouterr().err
    assert "AccessDeniedException" in told
    assert "tapstack --stack dev prune-versions compute" in told


def test_functions_that_publish_nothing_have_no_versions() -> None:
    kind = "aws:lambda/function:Function"
    resources = [
        {"type": kind, "outputs": {"name": "validator", "arn": ARN, "publish": True}},
        {"type": kind, "outputs": {"name": "other", "arn": ARN, "publish": False}},
        {"type": "aws:sqs/queue:Queue", "outputs": {"name": "queue", "arn": ARN}},
    ]

    assert functions_in(resources) == {"validator": ARN}
