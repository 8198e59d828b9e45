"""A project's settings: a frozen dataclass, read from the stack's config and written into `Pulumi.yaml` as its schema.

The dataclass is the only place that holds a setting's name, type, default and description. The engine checks types and
fills in defaults from the schema; `ProjectSettings.load` sees that the schema is the dataclass's own, and adds the
checks that a schema cannot say.
"""

import dataclasses
import inspect
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final, Self, get_type_hints

import pulumi
from pulumi import Output
from pulumi.runtime.config import CONFIG, is_config_secret

from tapstack.account_names import boundary_name
from tapstack.program import manifest
from tapstack.program.config_keys import config_key, unknown_key
from tapstack.program.errors import SettingError

Check = Callable[[Any], str | None]
"""Takes a value and returns what is wrong with it, or None."""

MaybeSecret = str | Output[str]
"""An item of a setting that may be kept as a secret: a text, or an Output whose text stays encrypted."""

_SUFFIX = re.compile(r"[a-z][a-z0-9]{0,11}")


PRODUCTION: Final = "production"
"""The field that says whether an environment is production; settings without it are those of production."""


def setting(description: str, *, default: Any, check: Check | None = None, never_in_production: str = "") -> Any:
    """Declare a setting as a dataclass field.

    Args:
        description: One sentence, as the reader of `Pulumi.yaml` sees it.
        default: The value where the stack says nothing.
        check: Says what is wrong with a value; None accepts every value of the field's type.
        never_in_production: What could happen, where the setting must not be on in production; empty where it may be.
    """
    metadata = {"description": description, "check": check, "never_in_production": never_in_production}
    if isinstance(default, list | dict):
        return dataclasses.field(default_factory=default.copy, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def one_of(*values: object) -> Check:
    """Accept the listed values only."""
    listed = ", ".join(map(str, values))
    return lambda value: None if value in values else f"must be one of {listed}"


def between(low: int, high: int) -> Check:
    """Accept whole numbers from `low` to `high`, both included."""
    return lambda value: None if low <= value <= high else f"must be from {low} to {high}"


def matching(pattern: str, meaning: str) -> Check:
    """Accept strings that match the whole `pattern`; `meaning` tells the reader what that is."""
    compiled = re.compile(pattern)
    return lambda value: None if compiled.fullmatch(value) else f"must be {meaning}"


def each(check: Check) -> Check:
    """Apply `check` to every element of a list, or to every key of an object."""
    return lambda values: next((f"{value!r} {wrong}" for value in values if (wrong := check(value))), None)


LOG_RETENTION_DAYS = one_of(
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
)
"""Accept the retentions, in days, that CloudWatch Logs offers."""

DOMAIN_NAME = matching(
    r"|(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])",
    "a domain name in lower case, such as api.example.com",
)
"""Accept the names that API Gateway takes as a domain of one's own."""

HOSTED_ZONE_ID = matching(r"|Z[A-Z0-9]{1,31}", "the id of a hosted zone, such as Z0123456789ABCDEFGHIJ")
"""Accept ids of Route 53's hosted zones."""

TRUSTSTORE_URI = matching(
    r"|s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[\w!*'()./-]{1,900}", "an object in S3, such as s3://bucket/clients.pem"
)
"""Accept addresses of objects in S3."""


def _suffix_problem(value: str) -> str | None:
    if _SUFFIX.fullmatch(value):
        return None
    return "must be 1 to 12 lower-case letters and digits, beginning with a letter, such as dev or prod"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ProjectSettings:
    """The settings every project has; each project's own dataclass adds to it."""

    TYPES: ClassVar[Mapping[object, str]] = {
        str: "string",
        int: "integer",
        bool: "boolean",
        list[str]: "array",
        list[MaybeSecret]: "array",
        dict[str, str]: "object",
    }

    environment_suffix: str = setting(
        "Names this environment in every resource name; the same in all layers of one environment.",
        default="dev",
        check=_suffix_problem,
    )
    policy_enforcement: str = setting(
        "What a violation of the policies in policies/ does: mandatory stops the deployment, advisory is told alone.",
        default="mandatory",
        check=one_of("mandatory", "advisory"),
    )

    def __post_init__(self) -> None:
        """Refuse values that their checks refuse, and what must never be on in production.

        Secrets have been checked before they were made Outputs.

        Raises:
            SettingError: names the setting, its value and the command that changes it.
        """
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if not _is_secret(value) and (wrong := _wrong(field, value)):
                raise SettingError(_complaint(field.name, value, wrong))
            danger = field.metadata["never_in_production"]
            if danger and value and getattr(self, PRODUCTION, True):
                raise SettingError(_refused_in_production(field.name, self.environment_suffix, danger))

    @property
    def entered(self) -> frozenset[str]:
        """What people have named in lists and objects, such as addresses."""
        values = (getattr(self, field.name) for field in dataclasses.fields(self))
        # A list's elements, an object's keys. A secret's items are Outputs, which have no truth value and are no text:
        # no name can be made of them.
        return frozenset(
            text
            for value in values
            if isinstance(value, list | dict)
            for text in value
            if not isinstance(text, Output) and text
        )

    @classmethod
    def load(cls) -> Self:
        """Read the settings from the config of the stack being deployed.

        A setting of type `list[MaybeSecret]` that the stack keeps as a secret has Outputs for items, which stay
        encrypted in the state. No other setting can: names, counts and policies are made of them.

        Raises:
            SettingError: a value is of the wrong type, refused by its check, or a secret where its type has no place
                for one, the stack has a setting that nothing reads, or the project's `Pulumi.yaml` is not made from
                these settings.
        """
        folder, schema = Path(inspect.getfile(cls)).parent, cls.schema()
        manifest.refuse_outdated(folder, schema)
        if problem := unknown_key(CONFIG.get(), folder.name, schema):
            raise SettingError(problem)
        config = pulumi.Config()
        types = get_type_hints(cls)
        given: dict[str, Any] = {}
        for field in dataclasses.fields(cls):
            kind = types[field.name]
            if not is_config_secret(config.full_key(config_key(field.name))):
                value = _read(config, field.name, cls.TYPES[kind])
            elif kind == list[MaybeSecret]:
                value = _read_secret(config, field)
            else:
                raise SettingError(_no_secret(field.name))
            if value is not None:
                given[field.name] = value
        return cls(**given)

    @classmethod
    def schema(cls) -> dict[str, dict[str, object]]:
        """Describe the settings as the `config` section of a `Pulumi.yaml`, keyed by camelCase name."""
        types = get_type_hints(cls)
        described: dict[str, dict[str, object]] = {}
        for field in dataclasses.fields(cls):
            kind = cls.TYPES[types[field.name]]
            described[config_key(field.name)] = {
                "type": kind,
                **({"items": {"type": "string"}} if kind == "array" else {}),
                "default": getattr(cls(), field.name),
                "description": field.metadata["description"],
            }
        return described


@dataclasses.dataclass(frozen=True, kw_only=True)
class LayerSettings(ProjectSettings):
    """The settings every layer has; each layer's own dataclass adds to them."""

    permissions_boundary: str = setting(
        f"Name of the IAM policy that bounds every role this layer makes: {boundary_name('<environment>')} where the "
        "environment is bootstrapped, empty for none.",
        default="",
        check=matching(r"|[\w+=,.@-]{1,128}", "the name of an IAM policy, or empty"),
    )


def _wrong(field: dataclasses.Field[Any], value: object) -> str | None:
    check: Check | None = field.metadata["check"]
    return check(value) if check else None


def _is_secret(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(item, Output) for item in value)


def _read_secret(config: pulumi.Config, field: dataclasses.Field[Any]) -> list[Output[str]]:
    """Read a list that is kept as a secret; what is wrong with it is told without repeating it."""
    key = config_key(field.name)
    try:
        items = config.get_object(key)
    except pulumi.ConfigTypeError:
        items = None
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise SettingError(
            f"setting {key}, a secret, must be of type array. Set each item with: "
            f"pulumi config set --secret --path '{key}[0]' <value>"
        )
    if _wrong(field, items):
        raise SettingError(
            f"setting {key}, a secret, holds an item that is not as it must be: {field.metadata['description']} "
            f"See them with: pulumi config get {key}"
        )
    return [Output.secret(item) for item in items]


def _no_secret(field_name: str) -> str:
    key = config_key(field_name)
    # It goes into names, tags and policies: state, logs and pictures would show what its owner wants kept.
    return (
        f"setting {key} is kept as a secret, and cannot stay one: resources show it in the clear. "
        f"Set it with: pulumi config set --plaintext {key} <value>"
    )


def _read(config: pulumi.Config, field_name: str, kind: str) -> object:
    key = config_key(field_name)
    readers: dict[str, Callable[[str], object]] = {
        "string": config.get,
        "integer": config.get_int,
        "boolean": config.get_bool,
        "array": config.get_object,
        "object": config.get_object,
    }
    try:
        value = readers[kind](key)
    except (pulumi.ConfigTypeError, ValueError) as error:
        raise SettingError(_complaint(field_name, config.get(key), f"must be of type {kind}")) from error
    expected = {"array": list, "object": dict}.get(kind)
    if expected and value is not None and not isinstance(value, expected):
        raise SettingError(_complaint(field_name, value, f"must be of type {kind}"))
    return value


def _refused_in_production(field_name: str, environment: str, danger: str) -> str:
    key = config_key(field_name)
    return (
        f"setting {key} is true in environment {environment!r}, which is production: {danger}. Unset it with: "
        f"pulumi config rm {key}; or, where no real transaction ever goes through, say so with: "
        f"pulumi config set {PRODUCTION} false"
    )


def _complaint(field_name: str, value: object, wrong: str) -> str:
    key = config_key(field_name)
    return f"setting {key} is {value!r}: it {wrong}. Set it with: pulumi config set {key} <value>"
