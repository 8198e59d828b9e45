"""What a table says of a resource type: which calls make, read, change and delete it, and what AWS would replace.

Templates fill a call's parameters. `$name` is an input, or an output of the state, with the value's own type; `$id` the
resource's id; `$account`, `$region` and `$emulator` (its address) the provider's. `${name}` inserts into a text. In
`id` a template that begins with `@` is a JMESPath expression on the answer of `create`. A function is called with the
`Scope`.
A parameter that comes out as None is not sent.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tapstack.providers.values import Props

_REFERENCE: Final = re.compile(r"\$(?:(?P<whole>\w+)|\{(?P<part>\w+)\})")


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What templates and functions of a table see.

    Attributes:
        inputs: the inputs wanted; at a read or delete those of the last update.
        state: the outputs of the last update, empty at create.
        facts: `id`, `account`, `region`, `emulator`, and `folder`, where the relative path of an archive starts.
        call: calls an operation of an AWS service: service, operation, parameters; returns the answer.
        changed: at an update, the top-level inputs that differ.
    """

    inputs: Props
    state: Props
    facts: Props
    call: Callable[[str, str, Props], Props]
    changed: frozenset[str] = frozenset()

    def __getitem__(self, name: str) -> Any:
        for names in (self.facts, self.inputs, self.state):
            # In the state an empty value stands for none.
            if (value := names.get(name)) is not None and (names is not self.state or value not in ("", [], {})):
                return value
        return None


Template = Any
"""A str with references, a constant, a mapping or list of templates, or a function from `Scope` to a value."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One operation of the type's service, or a function where one operation does not do.

    Attributes:
        operation: boto3's name for it.
        params: templates by parameter name.
        auto: further inputs that go where botocore's model has a member of their name: all, or those named.
        on: inputs that cause the call; by default those it sends, `$id` and what makes up an id aside.
        patch: makes it an API Gateway update: input to patch path.
        service: when it is not the type's own.
        also: inputs beyond the templates and `auto` that a function among `params` sends.
        run: done in place of the operation; its causes are `on`.
    """

    operation: str = ""
    params: Mapping[str, Template] = field(default_factory=dict)
    auto: bool | tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    patch: Mapping[str, str] = field(default_factory=dict)
    service: str | None = None
    also: tuple[str, ...] = ()
    run: Callable[[Scope], Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Look:
    """One operation that reads, and what to take from its answer.

    Attributes:
        operation: boto3's name for it.
        params: templates by parameter name.
        pick: template of a JMESPath to the object that describes the resource; where it finds nothing, it is gone.
        take: output to JMESPath on that object.
        auto: further outputs taken from members of their name.
        service: when it is not the type's own.
        run: done in place of the operation; returns outputs, or None where the resource is gone.
    """

    operation: str = ""
    params: Mapping[str, Template] = field(default_factory=dict)
    pick: Template = "@"
    take: Mapping[str, str] = field(default_factory=dict)
    auto: bool = True
    service: str | None = None
    run: Callable[[Scope], Props | None] | None = None


@dataclass(frozen=True, kw_only=True)
class Tagging:
    """How a service tags.

    Attributes:
        add: its operation; the parameter `Tags` (in the service's spelling) is filled in.
        remove: its operation; the parameter `TagKeys` likewise.
        target: templates for what is tagged.
        read: where `tags` come from when the type's own read does not tell.
    """

    add: str
    remove: str
    target: Mapping[str, Template]
    read: Look | None = None


Generate = Callable[[str, Props], tuple[str, Props]]
"""Makes a resource that no service holds: logical name and inputs to id and outputs."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One resource type.

    Attributes:
        service: boto3's name of its service.
        create: None for what lives in the state alone.
        id: template of the id, as the real provider writes it.
        settle: calls after `create`, each when one of its inputs is given, and at an update when one changed.
        read: calls that read it; the first decides whether it is there.
        update: calls at an update, each when one of its inputs changed.
        delete: calls that delete it; what is not there counts as deleted.
        replace_on: inputs whose change makes a new resource.
        outputs: templates of outputs that no call returns.
        names: Pulumi name to botocore's where more than case and plural differ.
        defaults: inputs the real provider fills in.
        blank: what an update sends for an input that was taken away.
        secrets: outputs that are secret.
        auto_name: the input that gets the logical name and seven hex digits when it is not given.
        name_limit: characters of an automatic name.
        import_id: regular expression of the id given to `pulumi import`, its groups named after inputs.
        recompute: inputs (top level) whose update changes an output, by that output.
        ordered: lists whose order has a meaning.
        state_only: inputs the emulator cannot hold or reads back wrongly, and outputs taken from them.
        state_only_reason: why, in one line.
        delete_before_replace: the old one must go first, whatever its name.
        tagging: how it is tagged, where it can be.
        ec2_kind: EC2's word for it, where tags are given at creation.
        generate: makes a resource that no service holds.
        keep: deleting it in Pulumi deletes nothing (a default that only is adopted).
    """

    service: str = ""
    create: Call | None = None
    id: Template = None
    settle: tuple[Call, ...] = ()
    read: tuple[Look, ...] = ()
    update: tuple[Call, ...] = ()
    delete: tuple[Call, ...] = ()
    replace_on: tuple[str, ...] = ()
    outputs: Mapping[str, Template] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    blank: Mapping[str, Any] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    auto_name: str | None = None
    name_limit: int = 255
    import_id: str | None = None
    recompute: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ordered: tuple[str, ...] = ()
    state_only: tuple[str, ...] = ()
    state_only_reason: str = ""
    delete_before_replace: bool = False
    tagging: Tagging | None = None
    ec2_kind: str | None = None
    generate: Generate | None = None
    keep: bool = False


def fill(template: Template, scope: Scope) -> Any:
    """Fill in a template; None where what it refers to is not there."""
    if callable(template):
        return template(scope)
    if isinstance(template, Mapping):
        filled = {key: fill(item, scope) for key, item in template.items()}
        present = {key: item for key, item in filled.items() if item is not None}
        return present if present or not template else None
    if isinstance(template, list | tuple):
        return [item for item in (fill(part, scope) for part in template) if item is not None]
    return _fill_text(template, scope) if isinstance(template, str) else template


def _fill_text(template: str, scope: Scope) -> Any:
    if (match := _REFERENCE.fullmatch(template)) and match["whole"]:
        return scope[match["whole"]]
    values = {name: scope[name] for name in references(template)}
    if any(value is None for value in values.values()):
        return None
    return _REFERENCE.sub(lambda match: f"{values[match['whole'] or match['part']]}", template)


def references(template: Template) -> set[str]:
    """Name everything a template refers to; a function's references are not seen."""
    if isinstance(template, Mapping):
        return set().union(*(references(item) for item in template.values()))
    if isinstance(template, list | tuple):
        return set().union(*(references(item) for item in template))
    if isinstance(template, str):
        return {match["whole"] or match["part"] for match in _REFERENCE.finditer(template)}
    return set()
