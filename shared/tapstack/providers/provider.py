"""What the engine asks of a provider, answered from the tables."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tapstack.providers import crud, metadata
from tapstack.providers.arguments import refused_arguments
from tapstack.providers.check import Problem, check, nearest
from tapstack.providers.clients import Clients, ProviderError, clients_for, endpoint_problems
from tapstack.providers.diff import Change, changes
from tapstack.providers.invokes import INVOKES
from tapstack.providers.rules import Moment, require, require_of_inputs
from tapstack.providers.state_only import SETTINGS
from tapstack.providers.table import Row
from tapstack.providers.tables import ROWS, module_for
from tapstack.providers.values import UNKNOWN, Props, plain, secret_keys

_SUFFIX: Final = re.compile(r"-[0-9a-f]{7}")
_DEFAULTS: Final = "__defaults"
"""Of the inputs: names those that the provider chose. Providers made by the Terraform bridge write it, and the engine's
plans and TapStack's know by it what the program did not say."""


@dataclass(frozen=True)
class Difference:
    """The answer to a diff: what changes, and what of it makes a new resource."""

    changes: list[Change]
    replaces: frozenset[str]
    delete_before_replace: bool


class Provider:
    """The stand-in for one package, `aws` or `random`."""

    def __init__(self, package: str, rows: Mapping[str, Row] = ROWS, folder: Path = Path()) -> None:
        """Describe the provider; nothing is contacted before a resource needs it.

        Args:
            package: `aws` or `random`.
            rows: the resource types by token.
            folder: where the relative path of an archive starts.
        """
        self.package = package
        self._rows, self._folder = rows, folder
        self._clients: Clients | None = None

    def check_config(self, inputs: Props) -> list[Problem]:
        """Check the provider's own configuration."""
        known = metadata.config_properties(self.package)
        unknown = [
            Problem(
                key, f"unknown setting; did you mean `{near}`?" if (near := nearest(key, known)) else "unknown setting"
            )
            for key in inputs
            if key not in known and key != "version" and not key.startswith("__")
        ]
        return unknown + (endpoint_problems(inputs) if self.package == "aws" else [])

    def configure(self, inputs: Props) -> None:
        """Take the configuration.

        Raises:
            ProviderError: it names no local emulator.
        """
        if self.package == "aws":
            self._clients = clients_for(inputs)

    def row(self, token: str) -> Row:
        """Find a type in the tables.

        Raises:
            ProviderError: it is not there; names the nearest one that is.
        """
        if (row := self._rows.get(token)) is None or not self._is_own(token):
            known = [token for token in self._rows if self._is_own(token)]
            raise ProviderError(_unknown_type(self.package, token, known))
        return row

    def check(self, token: str, name: str, olds: Props, news: Props, seed: bytes) -> tuple[Props, list[Problem]]:
        """Check inputs and complete them with the type's defaults and its automatic name.

        Args:
            token: the resource type.
            name: the logical name.
            olds: the inputs of the last update; empty for a new resource.
            news: the program's inputs.
            seed: makes an automatic name repeatable between preview and update.
        """
        row = self.row(token)
        problems = check(news, metadata.input_properties(token)) or refused_arguments(token, news)
        if not problems:
            problems = [
                Problem(key, f"the stand-in provider does not carry out this property; add it to the table of {token}")
                for key, value in news.items()
                if value is not None and key not in crud.handled(token, row) and not key.startswith("__")
            ]
        inputs = _texts(token, {key: value for key, value in news.items() if value is not None})
        for key, default in row.defaults.items():
            inputs.setdefault(key, default)
        if row.auto_name and row.auto_name not in inputs and not inputs.get(f"{row.auto_name}Prefix"):
            before = plain(olds.get(row.auto_name))
            kept = isinstance(before, str) and _is_automatic(before, name)
            inputs[row.auto_name] = before if kept else _automatic(row, name, seed)
            inputs[_DEFAULTS] = [row.auto_name]
        return inputs, problems

    def diff(self, token: str, name: str, old: Props, new: Props) -> Difference:
        """Compare the inputs of the last update with those wanted now."""
        row = self.row(token)
        found = changes(old, new, metadata.input_properties(token), row.ordered)
        replaces = frozenset(change.key for change in found if change.key in {*row.replace_on, "region"})
        return Difference(found, replaces, row.delete_before_replace or _keeps_name(row, name, old, new))

    def create(self, token: str, name: str, inputs: Props, *, preview: bool) -> tuple[str, Props, set[str]]:
        """Make a resource; a preview only tells what will be known when.

        Returns:
            Id, outputs, and the names of the secret outputs.

        Raises:
            ProviderError: AWS's own message; nothing is left of the resource.
        """
        row = self.row(token)
        secrets = {*row.secrets, *secret_keys(inputs)}
        wanted = _without_mark(inputs)
        require_of_inputs(token, row, wanted)
        if preview:
            computed = {key: UNKNOWN for key in metadata.all_properties(token) if key not in wanted}
            return "", {**wanted, **computed}, secrets
        if row.generate:
            new_id, generated = row.generate(name, wanted)
            made = {**wanted, **generated}
            # What stands for a service's resource has an output for everything, as one has.
            return new_id, crud.complete(token, made) if row.state_only_reason else made, secrets
        resource = self._resource(token, wanted, {})
        require(Moment.CREATE, resource)
        new_id, outputs = crud.create(resource)
        return new_id, outputs, secrets

    def read(
        self, token: str, resource_id: str, inputs: Props, state: Props
    ) -> tuple[str, Props, Props, set[str]] | None:
        """Read a resource, to refresh it or, without inputs and state, to import it.

        Returns:
            Id, inputs, outputs and the names of the secret outputs; None where it is gone.

        Raises:
            ProviderError: AWS's own message, or that the id has the wrong form.
        """
        row = self.row(token)
        secrets = {*row.secrets, *secret_keys(inputs), *secret_keys(state)}
        if row.generate:
            return self._read_generated(token, resource_id, inputs, state, secrets)
        resource = self._resource(token, _without_mark(inputs), plain(state), resource_id)
        if (found := crud.read(resource) if state else crud.adopt(resource)) is None:
            return None
        found_id, read, outputs = found
        marks = {_DEFAULTS: inputs[_DEFAULTS]} if _DEFAULTS in inputs else {}
        return found_id, {**read, **marks}, outputs, secrets

    def update(
        self, token: str, resource_id: str, old: Props, new: Props, state: Props, *, preview: bool
    ) -> tuple[Props, set[str]]:
        """Change a resource in place.

        Returns:
            Outputs, and the names of the secret outputs.

        Raises:
            ProviderError: AWS's own message.
        """
        row = self.row(token)
        secrets = {*row.secrets, *secret_keys(new)}
        changed = frozenset(change.key for change in changes(old, new, metadata.input_properties(token), row.ordered))
        wanted = _without_mark(new)
        require_of_inputs(token, row, wanted)
        taken_away = {key for key in plain(old) if key not in new}
        kept = {key: value for key, value in plain(state).items() if key not in taken_away}
        if preview:
            unsure = {key: UNKNOWN for key, causes in row.recompute.items() if changed & set(causes)}
            return crud.complete(token, {**kept, **wanted, **unsure}), secrets
        if row.generate:
            return {**kept, **wanted}, secrets
        resource = self._resource(token, wanted, plain(state), resource_id, changed, _without_mark(old))
        require(Moment.UPDATE, resource)
        return crud.update(resource, kept), secrets

    def delete(self, token: str, resource_id: str, inputs: Props, state: Props) -> None:
        """Delete a resource; one that is gone already counts as deleted.

        Raises:
            ProviderError: AWS's own message.
        """
        if self.row(token).generate or self.row(token).keep:
            return
        resource = self._resource(token, _without_mark(inputs), plain(state), resource_id)
        require(Moment.DELETE, resource)
        crud.delete(resource)

    def invoke(self, token: str, arguments: Props) -> Props:
        """Answer a function of the package.

        Raises:
            ProviderError: there is no such function here, or AWS's own message.
        """
        if (function := INVOKES.get(token)) is None:
            raise ProviderError(_unknown("function", token, [known for known in INVOKES if self._is_own(known)]))
        return function(self._connected(), plain(arguments))

    def _read_generated(
        self, token: str, resource_id: str, inputs: Props, state: Props, secrets: set[str]
    ) -> tuple[str, Props, Props, set[str]]:
        if not state:
            raise ProviderError(
                f"{token} lives in the state alone: there is nothing to import by the id {resource_id!r}"
            )
        return resource_id, inputs, plain(state), secrets

    def _resource(
        self,
        token: str,
        inputs: Props,
        state: Props,
        resource_id: str | None = None,
        changed: frozenset[str] = frozenset(),
        old: Props | None = None,
    ) -> crud.Resource:
        row, clients = self.row(token), self._connected()
        return crud.Resource(token, row, clients, inputs, state, resource_id, changed, old or {}, self._folder)

    def _connected(self) -> Clients:
        if self._clients is None:
            raise ProviderError(f"the provider {self.package} is not configured")
        return self._clients

    def _is_own(self, token: str) -> bool:
        return token.startswith(f"{self.package}:")


def _without_mark(inputs: Props) -> Props:
    """Give inputs as plain values, without the mark of what the provider chose."""
    return {key: value for key, value in plain(inputs).items() if key != _DEFAULTS}


def _texts(token: str, inputs: Props) -> Props:
    """Write JSON documents that the program gave as objects as text, as the real provider does."""
    known = metadata.input_properties(token)
    return {
        key: json.dumps(plain(value))
        if key in known and isinstance(known[key].type, metadata.JsonText) and isinstance(value, dict)
        else value
        for key, value in inputs.items()
    }


def _unknown_type(package: str, token: str, known: list[str]) -> str:
    """Say what to do for a type that the SDK has and the tables have not."""
    if not token.startswith(f"{package}:") or not metadata.exists(token):
        return _unknown("resource type", token, known)
    near = nearest(token, known)
    return (
        f"{token}: the stand-in provider does not know this resource type{f'; did you mean {near}?' if near else ''}; "
        f"give it a row in {module_for(token)}, or have it kept in the state alone by the line "
        f'"{token}" = "why" below [state_only] in {SETTINGS}'
    )


def _unknown(what: str, token: str, known: list[str]) -> str:
    near = nearest(token, known)
    hint = f"did you mean {near}?" if near else f"it knows {len(known)} of them"
    return f"{token}: the stand-in provider does not know this {what}; {hint}"


def _automatic(row: Row, name: str, seed: bytes) -> str:
    suffix = hashlib.sha256(seed + name.encode()).hexdigest()[:7]
    return f"{name[: row.name_limit - 8]}-{suffix}"


def _is_automatic(value: str, name: str) -> bool:
    return bool(_SUFFIX.fullmatch(value[-8:])) and name.startswith(value[:-8])


def _keeps_name(row: Row, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Tell whether the replacement would collide with the one it replaces."""
    if not row.auto_name:
        return False
    given = plain(new.get(row.auto_name))
    return given == plain(old.get(row.auto_name)) and isinstance(given, str) and not _is_automatic(given, name)
