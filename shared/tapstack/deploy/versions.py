"""Published versions of functions, and which of them nobody needs: SnapStart's snapshot of each is paid for.

    kept                                   for
    what an alias points to                its callers, those of a canary's share included
    the version before an alias's          the roll-back, unless the network it ran in is on its way out
    the newest                             the state, which names it; and the deployment that is about to move an alias

Versions are no resources of a program: Pulumi publishes them with the function, knows the newest, and deletes them with
the function alone. AWS refuses to delete what an alias points to, so that nothing is lost where one moves meanwhile.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError, WaiterError

from tapstack.deploy.drift.differences import FUNCTION
from tapstack.engine.aws import Aws
from tapstack.engine.environment import Environment

_GONE: Final = "ResourceNotFoundException"
_IN_USE: Final = "ResourceConflictException"
_EVERY_SECONDS: Final = 5
_LONGEST_SECONDS: Final = 600
"""Lambda runs a function once to take its snapshot, which takes it a minute or two."""


@dataclass(frozen=True)
class Version:
    """A published version.

    Attributes:
        function: the function's name in AWS.
        number: the version's.
        published: when, as Lambda writes it.
        memory_mb: what its snapshot is billed by.
        kept: why it is kept; empty where nobody needs it.
        is_leaving: whether it is in a subnet or security group that is on its way out.
    """

    function: str
    number: int
    published: str
    memory_mb: int
    kept: str
    is_leaving: bool = False


def functions_in(resources: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Find the functions of a state that publish versions, each name with its ARN."""
    outputs = [item.get("outputs") or {} for item in resources if item["type"] == FUNCTION]
    return {item["name"]: item["arn"] for item in outputs if item.get("publish") and item.get("arn")}


class Versions:
    """The versions of some functions of an environment."""

    def __init__(
        self, environment: Environment, functions: Mapping[str, str], leaving: Collection[str] = frozenset()
    ) -> None:
        """Find where they are; nothing is asked yet.

        Args:
            environment: whose.
            functions: their names and ARNs.
            leaving: the ids of subnets and security groups that are on their way out.

        Raises:
            UserError: its AWS does not answer.
        """
        self._functions = functions
        self._leaving = frozenset(leaving)
        self._aws = Aws(environment, functions.values)

    def all(self) -> list[Version]:
        """List the versions of all functions, the oldest of each first.

        Raises:
            UserError: AWS cannot be asked.
            ClientError: it refuses to tell.
        """
        return [version for function in sorted(self._functions) for version in self._of(function)]

    def not_started(self) -> list[str]:
        """Wait for the versions that aliases point to, and tell of those that cannot be called, each in a line.

        The provider waits for no version that it has just published: where its code fails while it is loaded, the
        deployment goes well, and the alias points to a version that answers nothing but errors.

        Raises:
            UserError: AWS cannot be asked.
            ClientError: it refuses to tell.
        """
        return [
            f"version {alias['FunctionVersion']} of {function}, which {alias['Name']} points to, {problem}"
            for function in sorted(self._functions)
            for alias in self._pages("list_aliases", "Aliases", function)
            if (problem := self._problem(function, alias["FunctionVersion"]))
        ]

    def _problem(self, function: str, version: str) -> str:
        of = {"FunctionName": function, "Qualifier": version}
        told = self._client.get_function_configuration(**of)
        if told.get("State") == "Pending":
            attempts = {"Delay": _EVERY_SECONDS, "MaxAttempts": _LONGEST_SECONDS // _EVERY_SECONDS}
            try:
                self._client.get_waiter("published_version_active").wait(**of, WaiterConfig=attempts)
            except WaiterError as error:
                told = error.last_response
            else:
                return ""
        if told.get("State") not in {"Failed", "Pending"}:
            return ""
        return f"is {told['State'].lower()}: {told.get('StateReasonCode', '')} {told.get('StateReason', '')}".strip()

    def delete(self, version: Version) -> bool:
        """Delete a version; one that is gone already is as good, and one that an alias came to point to stays.

        Returns:
            Whether it is gone.

        Raises:
            ClientError: AWS refuses for another reason.
        """
        try:
            self._client.delete_function(FunctionName=version.function, Qualifier=f"{version.number}")
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code not in {_GONE, _IN_USE}:
                raise
            return bool(code == _GONE)
        return True

    def _of(self, function: str) -> Iterator[Version]:
        listed = self._pages("list_versions_by_function", "Versions", function)
        published = {int(item["Version"]): item for item in listed if item["Version"].isdigit()}
        leaving = {number for number, item in published.items() if not self._leaving.isdisjoint(_places(item))}
        reasons = _reasons(sorted(published), leaving, self._pages("list_aliases", "Aliases", function))
        for number, item in sorted(published.items()):
            yield Version(
                function,
                number,
                item["LastModified"],
                item["MemorySize"],
                reasons.get(number, ""),
                is_leaving=number in leaving,
            )

    def _pages(self, operation: str, member: str, function: str) -> list[dict[str, Any]]:
        pages = self._client.get_paginator(operation).paginate(FunctionName=function)
        return [item for page in pages for item in page[member]]

    @property
    def _client(self) -> Any:
        return self._aws.client("lambda")


def _places(version: Mapping[str, Any]) -> list[str]:
    """List the subnets and security groups of a version."""
    placed = version.get("VpcConfig") or {}
    return [*(placed.get("SubnetIds") or ()), *(placed.get("SecurityGroupIds") or ())]


def _reasons(numbers: Sequence[int], leaving: Collection[int], aliases: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """Say of each version that is needed what it is needed for; the best reason last."""
    reasons = {max(numbers): "newest"} if numbers else {}
    pointed: dict[int, str] = {}
    for alias in aliases:
        name = f"{alias['Name']}"
        shares = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        pointed |= {int(number): f"share of {name}" for number in shares}
        if alias["FunctionVersion"].isdigit():
            live = int(alias["FunctionVersion"])
            pointed[live] = name
            if (earlier := [number for number in numbers if number < live]) and max(earlier) not in leaving:
                reasons[max(earlier)] = f"before {name}"
    return reasons | pointed
