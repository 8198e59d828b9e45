"""What became of the operations whose end the engine has not seen: AWS is asked, and nothing is changed."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from tapstack.console.errors import UserError
from tapstack.deploy.drift.additions import Ask
from tapstack.deploy.interruptions.search import Search
from tapstack.deploy.interruptions.searches import SEARCHES, WRITTEN_OVER

Resource = Mapping[str, Any]

_ABSENT: Final = ("NotFound", "NotFoundException", "NoSuchEntity", "NonExistentQueue", "QueueDoesNotExist")
_OUTSIDE: Final = "aws:"
"""How the types begin whose creation makes something outside the state."""


@dataclass(frozen=True)
class Pending:
    """An operation whose end the engine has not seen.

    Attributes:
        doing: `creating`, `updating`, `deleting`, `reading` or `importing`.
        resource: as the state has it, with the inputs that were sent.
        is_made_anew: whether what a creation has made is deleted, to be made from the beginning.
        found: the id of what a creation has made, as `pulumi import` takes it; empty where it has made nothing.
        outcome: what is known of it, in words.
    """

    doing: str
    resource: Resource
    found: str = ""
    is_made_anew: bool = False
    outcome: str = ""

    @property
    def urn(self) -> str:
        """The resource's URN."""
        return f"{self.resource['urn']}"

    @property
    def is_taken_in(self) -> bool:
        """Whether the state gets the resource."""
        return bool(self.found)

    @property
    def is_read_again(self) -> bool:
        """Whether the provider can tell how the resource is now."""
        return self.is_taken_in or (self.doing in {"updating", "deleting"} and bool(self.resource.get("id")))

    def __str__(self) -> str:
        """Say what was going on with which resource, and what became of it."""
        name, type_ = self.urn.rpartition("::")[2], self.resource["type"]
        return f"was {self.doing} {name!r} ({type_}): {self.outcome}"


class UnseenError(UserError):
    """What became of an operation cannot be looked up."""


def look_up(
    operations: Sequence[Mapping[str, Any]], resources: Collection[Resource], ask: Callable[[], Ask]
) -> list[Pending]:
    """Find out what became of a state's pending operations.

    Args:
        operations: as the state has them, secrets in the clear.
        resources: the state's; what is one of them is no pending operation's.
        ask: gives what asks AWS, where that is needed.

    Raises:
        UserError: AWS cannot be asked, or says of two things that they may be what was being made.
    """
    return [_looked_up(f"{each['type']}", each["resource"], resources, ask) for each in operations]


def _looked_up(doing: str, resource: Resource, resources: Collection[Resource], ask: Callable[[], Ask]) -> Pending:
    if doing != "creating":
        told = "is read again" if doing in {"updating", "deleting"} else "changed nothing"
        return Pending(doing, resource, outcome=told)
    type_ = f"{resource['type']}"
    if type_ in WRITTEN_OVER:
        return Pending(doing, resource, outcome="made or not, the next deployment writes it anew")
    if not type_.startswith(_OUTSIDE):
        return Pending(doing, resource, outcome="nothing of it is outside the state")
    if type_ not in SEARCHES:
        raise UnseenError(f"{_named(resource)} was being made, and nothing says how to find it in AWS")
    known = {f"{item.get('id')}" for item in resources if item["type"] == type_}
    found = [each for each in _found(SEARCHES[type_], resource, ask()) if not known & {each, each.rpartition("/")[2]}]
    if len(found) > 1:
        raise UnseenError(f"{_named(resource)} was being made, and may be any of {', '.join(found)}")
    if found:
        anew = SEARCHES[type_].is_made_anew
        what = "is deleted, to be made from the beginning" if anew else "is taken into the state"
        return Pending(doing, resource, found[0], anew, f"made, {found[0]}: {what}")
    return Pending(doing, resource, outcome="not made")


def _found(search: Search, resource: Resource, ask: Ask) -> list[str]:
    inputs: Mapping[str, Any] = _plain(resource.get("inputs") or {})
    region = inputs.get("region")
    try:
        answer = ask(search.service, search.operation, search.asks(inputs), region)
        items = search.listed(answer)
        if search.each:
            operation, params = search.each
            one = Search(service=search.service, operation=operation, params=params, id="@")
            items = [{**item, "more": ask(search.service, operation, one.asks(item), region)} for item in items]
    except ClientError as error:
        code = f"{error.response['Error'].get('Code')}"
        if code.endswith(_ABSENT):
            return []
        raise UnseenError(f"{_named(resource)} was being made, and cannot be looked up: {error}") from error
    except (BotoCoreError, KeyError, TypeError) as error:
        raise UnseenError(f"{_named(resource)} was being made, and cannot be looked up: {error}") from error
    return list(dict.fromkeys(search.found(inputs, items)))


def _plain(value: Any) -> Any:
    """Give inputs as the program wrote them; a state exported with its secrets has them as JSON in an envelope."""
    if isinstance(value, Mapping):
        if "plaintext" in value:
            return _plain(json.loads(value["plaintext"]))
        return {name: _plain(item) for name, item in value.items() if not name.startswith("__")}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _named(resource: Resource) -> str:
    return f"{resource['urn'].rpartition('::')[2]!r} ({resource['type']})"
