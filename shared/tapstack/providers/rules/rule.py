"""What a rule is: what AWS refuses, in AWS's words, with the page that says so and the check."""

import enum
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tapstack.providers.clients import ProviderError, is_gone
from tapstack.providers.crud import Resource
from tapstack.providers.values import Props, has_unknown

DOCS: Final = "https://docs.aws.amazon.com/"

Words = Mapping[str, object]
"""What fills the blanks of a message."""


class Moment(enum.Flag):
    """When AWS looks."""

    CREATE = enum.auto()
    UPDATE = enum.auto()
    DELETE = enum.auto()


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One thing that AWS refuses.

    Attributes:
        name: what the list of rules calls it.
        types: the resource types it concerns.
        operation: the operation that refuses, such as `sqs:CreateQueue`; the service as boto3 calls it.
        code: AWS's error code.
        message: AWS's message, with blanks in braces.
        source: the page of AWS's documentation that says the rule, below `DOCS`.
    """

    name: str
    types: tuple[str, ...]
    operation: str
    code: str
    message: str
    source: str

    def said(self, words: Words) -> str:
        """Say it as AWS does, with its code."""
        # Not `format`: some messages hold braces of their own.
        text = self.message
        for blank, value in words.items():
            text = text.replace("{" + blank + "}", f"{value}")
        return f"{self.code}: {text}"


@dataclass(frozen=True, kw_only=True)
class InputRule(Rule):
    """A rule that a resource's inputs alone keep or break, so that a preview can tell.

    Attributes:
        check: finds where the inputs break it; what it yields fills the message.
    """

    check: Callable[["Inputs"], Iterable[Words]]


@dataclass(frozen=True, kw_only=True)
class StateRule(Rule):
    """A rule about what else is there, which shows when the call would be sent.

    Attributes:
        moment: when AWS looks.
        check: finds where the resource breaks it; what it yields fills the message.
    """

    moment: Moment
    check: Callable[[Resource], Iterable[Words]]


class NotKnownYetError(Exception):
    """A check reads an input that only the update will know."""


class Inputs(dict[str, Any]):
    """Inputs of which some may not be known yet: to read one of those raises `NotKnownYetError`."""

    def __getitem__(self, key: str) -> Any:
        """Read an input that is there."""
        return self._known(super().__getitem__(key))

    def get(self, key: str, default: Any = None) -> Any:
        """Read an input that may be there."""
        return self._known(super().get(key, default))

    @staticmethod
    def _known(value: Any) -> Any:
        if has_unknown(value):
            raise NotKnownYetError
        return value


def ask(resource: Resource, service: str, operation: str, **params: Any) -> Props | None:
    """Call an operation; None where what it asks for is not there."""
    try:
        return resource.call(service, operation, params)
    except ProviderError as error:
        if is_gone(error):
            return None
        raise


def document(text: Any) -> Any:
    """Read a JSON document; None where it is none."""
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return None


def statements(policy: Any) -> list[Props]:
    """List the statements of a policy, which may hold one alone; none where it is no policy."""
    found = document(policy)
    held = found.get("Statement") if isinstance(found, dict) else None
    return [item for item in (held if isinstance(held, list) else [held]) if isinstance(item, dict)]


def listed(value: Any) -> list[Any]:
    """Make a list of what IAM lets stand alone or in a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def missing_principals(resource: Resource, policy: Any) -> Iterator[str]:
    """Find the roles of this account that a policy names as principals and that are not there."""
    for statement in statements(policy):
        principal = statement.get("Principal")
        for arn in listed(principal.get("AWS")) if isinstance(principal, dict) else ():
            is_own = ":role/" in arn and f":iam::{resource.clients.account}:" in arn
            if is_own and ask(resource, "iam", "get_role", RoleName=arn.rpartition("/")[2]) is None:
                yield arn
