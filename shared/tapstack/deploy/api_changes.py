"""Which changes of the API's description break clients, between what was released and what there is now.

What clients send may be taken more widely and never more narrowly, and what they are answered may be narrower and never
wider; a webhook is an answer. An operation, a status, a field or a header that somebody may rely on does not go.

    of                   breaks
    operation, webhook   it goes
    parameter            it is required now and was not; it takes less; one of a query goes
    request              it takes less: a field is required now, is narrower or gone
    2xx answer, event    it goes, or can be what it could not be: a field is not always there, or is wider
    header of an answer  one that was always there goes

Clients are to pass over fields that they do not know, and kinds of problems: those may be added.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tapstack.checkout import CHECKOUT

RELEASED: Final = CHECKOUT / "docs" / "openapi-released.json"
"""The description as the last release had it."""
_METHODS: Final = frozenset({"get", "post", "put", "patch", "delete"})
_LOWER_BOUNDS: Final = ("minimum", "minLength", "minItems", "minProperties")
_UPPER_BOUNDS: Final = ("maximum", "maxLength", "maxItems", "maxProperties")


@dataclass(frozen=True)
class Description:
    """A description of an API."""

    document: Mapping[str, Any]

    @classmethod
    def read(cls, file: Path) -> "Description":
        """Read a file."""
        return cls(json.loads(file.read_text(encoding="utf-8")))

    def resolved(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        """Follow a reference."""
        while "$ref" in part:
            found: Any = self.document
            for name in part["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            part = found
        return part

    def operations(self, part: str) -> dict[str, Mapping[str, Any]]:
        """Give the operations of `paths` or `webhooks`, by what they are called in a message."""
        return {
            f"{method.upper()} {path}": operation
            for path, item in self.document.get(part, {}).items()
            for method, operation in item.items()
            if method in _METHODS
        }


def breaking_changes(released: Description, present: Description) -> list[str]:
    """Say what of a released description a client may rely on that does not hold in the present one.

    Returns:
        A line for each; none where the present one calls itself another version, which may break what it likes.
    """
    if released.document["info"]["version"] != present.document["info"]["version"]:
        return []
    return [
        *_Comparison(released, present).operations("paths", sent="requestBody", told="responses"),
        *_Comparison(released, present).webhooks(),
    ]


@dataclass(frozen=True)
class _Comparison:
    released: Description
    present: Description

    def operations(self, part: str, sent: str, told: str) -> Iterator[str]:
        now = self.present.operations(part)
        for name, before in self.released.operations(part).items():
            after = now.get(name)
            if after is None:
                yield f"{name}: it is gone"
                continue
            yield from self._parameters(name, before, after)
            yield from self._sent(f"{name}: request", before.get(sent, {}), after.get(sent, {}))
            yield from self._told(name, before[told], after[told])

    def webhooks(self) -> Iterator[str]:
        now = self.present.operations("webhooks")
        for name, before in self.released.operations("webhooks").items():
            if name in now:
                yield from self._answered(f"webhook {name}", before["requestBody"], now[name]["requestBody"])
            else:
                yield f"webhook {name}: it is gone"

    def _parameters(self, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
        earlier, now = _parameters(self.released, before), _parameters(self.present, after)
        for key, parameter in now.items():
            held = earlier.get(key)
            if parameter.get("required") and not (held and held.get("required")):
                yield f"{name}: {' '.join(key)} is required now"
            if held:
                yield from self._within(f"{name}: {' '.join(key)}", held["schema"], parameter["schema"])
        for key in earlier.keys() - now.keys():
            if key[0] == "query":
                yield f"{name}: {' '.join(key)} is gone"

    def _sent(self, where: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
        if after.get("required") and not before.get("required"):
            yield f"{where}: it is required now"
        for kind, content in before.get("content", {}).items():
            if kind in after.get("content", {}):
                yield from self._within(where, content["schema"], after["content"][kind]["schema"])
            else:
                yield f"{where}: {kind} is not taken any more"

    def _told(self, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
        for status, answer in before.items():
            if not status.startswith("2"):
                continue
            if status not in after:
                yield f"{name}: {status} is gone"
                continue
            yield from self._answered(f"{name}: {status}", answer, after[status])
            for header, described in answer.get("headers", {}).items():
                if self.released.resolved(described).get("required") and header not in after[status].get("headers", {}):
                    yield f"{name}: {status}: the header {header} is gone"

    def _answered(self, where: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
        for kind, content in before.get("content", {}).items():
            if kind not in after.get("content", {}):
                yield f"{where}: {kind} is gone"
                continue
            told = _Containment(self.present, self.released, closed=False)
            yield from told.problems(after["content"][kind]["schema"], content["schema"], where)

    def _within(self, where: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
        yield from _Containment(self.released, self.present, closed=True).problems(before, after, where)


@dataclass(frozen=True)
class _Containment:
    """Whether all that one schema takes is taken by another.

    Attributes:
        inner: the description of the one.
        outer: the description of the other.
        closed: whether fields count that the other does not know.
    """

    inner: Description
    outer: Description
    closed: bool

    def problems(self, inner: Mapping[str, Any], outer: Mapping[str, Any], where: str) -> Iterator[str]:
        inner, outer = self.inner.resolved(inner), self.outer.resolved(outer)
        if choices := inner.get("oneOf") or inner.get("anyOf"):
            for choice in choices:
                yield from self.problems(choice, outer, where)
            return
        if choices := outer.get("oneOf") or outer.get("anyOf"):
            tried = [list(self.problems(inner, choice, where)) for choice in choices]
            yield from min(tried, key=len)
            return
        yield from _value_problems(inner, outer, where)
        for name in sorted({*outer.get("required", ())} - {*inner.get("required", ())}):
            yield f"{where}: {name} is {'required now' if self.closed else 'not always there any more'}"
        yield from self._parts(inner, outer, where)

    def _parts(self, inner: Mapping[str, Any], outer: Mapping[str, Any], where: str) -> Iterator[str]:
        known = outer.get("properties", {})
        for name, part in inner.get("properties", {}).items():
            if name in known:
                yield from self.problems(part, known[name], f"{where}: {name}")
            elif self.closed and outer.get("additionalProperties") is False:
                yield f"{where}: {name} is not taken any more"
        for part in ("items", "additionalProperties"):
            if isinstance(inner.get(part), Mapping) and isinstance(outer.get(part), Mapping):
                yield from self.problems(inner[part], outer[part], f"{where}: {part}")


def _value_problems(inner: Mapping[str, Any], outer: Mapping[str, Any], where: str) -> Iterator[str]:
    if "type" in outer and (more := _types(inner) - _types(outer)):
        yield f"{where}: it is {', '.join(sorted(more))} on one side alone"
    if allowed := _allowed(outer):
        own = _allowed(inner)
        others = ["any value"] if own is None else [f"{value}" for value in own if value not in allowed]
        if others:
            yield f"{where}: it is {', '.join(others)} on one side alone"
    for bound in _LOWER_BOUNDS:
        if bound in outer and inner.get(bound, 0) < outer[bound]:
            yield f"{where}: {bound} is {inner.get(bound, 'none')} and {outer[bound]}"
    for bound in _UPPER_BOUNDS:
        if bound in outer and (bound not in inner or inner[bound] > outer[bound]):
            yield f"{where}: {bound} is {inner.get(bound, 'none')} and {outer[bound]}"
    if "pattern" in outer and inner.get("pattern") != outer["pattern"]:
        yield f"{where}: the pattern is {inner.get('pattern', 'none')} and {outer['pattern']}"


def _types(schema: Mapping[str, Any]) -> set[str]:
    kind = schema.get("type", ())
    return {kind} if isinstance(kind, str) else {*kind}


def _allowed(schema: Mapping[str, Any]) -> Sequence[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _parameters(description: Description, operation: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
    resolved = [description.resolved(each) for each in operation.get("parameters", ())]
    return {(each["in"], each["name"]): each for each in resolved}
