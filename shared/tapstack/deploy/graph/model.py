"""The layers as their states tell them: resources, contracts, and the uses of one layer's outputs in another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tapstack.account_names import project_name
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.deploy.graph.deployment import Deployment, read_deployment, texts
from tapstack.deploy.graph.matching import Matcher
from tapstack.engine.state import is_secret
from tapstack.layers import LAYERS


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource.

    Attributes:
        urn: its URN.
        type: its type token, `aws:sqs/queue:Queue`.
        name: its logical name.
        dependencies: the URNs of the resources of the same layer that it waits for.
    """

    urn: str
    type: str
    name: str
    dependencies: frozenset[str]

    @property
    def kind(self) -> str:
        """The type's own name, `Queue`."""
        return self.type.rpartition(":")[2]

    @property
    def service(self) -> str:
        """The module of the type in its package, `sqs`."""
        return self.type.split(":")[1].partition("/")[0]


@dataclass(frozen=True, slots=True)
class Field:
    """An output of a layer.

    Attributes:
        name: its name.
        secret: whether the state keeps it encrypted; nothing is known of its value then.
        providers: the URNs of the resources whose own value it is; empty where it is computed.
    """

    name: str
    secret: bool
    providers: frozenset[str]


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """One property of a resource that takes an output of another layer.

    Attributes:
        producer: the layer that exports it.
        field: the output; empty where the state says that something of the layer is taken, and no value tells what.
        consumer: the URN of the resource.
        property: the property; empty where the resource only waits for the layer.
    """

    producer: str
    field: str
    consumer: str
    property: str


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer; resources are sorted by URN, fields by name.

    Attributes:
        name: its name.
        version: of its contract; empty where it exports none.
        resources: what it manages.
        fields: what it exports.
        reads: the layers whose outputs it reads, in the order of the states.
    """

    name: str
    version: str
    resources: tuple[Resource, ...]
    fields: tuple[Field, ...]
    reads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """All layers, in the order they were given, and what crosses their borders, sorted."""

    layers: tuple[Layer, ...]
    uses: tuple[Use, ...]

    def used(self, producer: str, consumer: str) -> list[str]:
        """Name the fields of one layer that another's resources take."""
        urns = {resource.urn for layer in self.layers if layer.name == consumer for resource in layer.resources}
        return sorted({use.field for use in self.uses if use.producer == producer and use.consumer in urns} - {""})


def named(urn: str) -> tuple[str, str]:
    """Give the type and the logical name in a URN: `urn:pulumi:stack::project::parent's type$type::name`."""
    _, _, types, name = urn.split("::", 3)
    return types.rpartition("$")[2], name


def build_model(states: Mapping[str, Sequence[Mapping[str, Any]]]) -> Model:
    """Make the model from the resources in each layer's state, keyed by layer.

    Raises:
        UserError: a stack has no resources, or reads a layer that is not among the states.
    """
    deployments = {layer: read_deployment(layer, resources) for layer, resources in states.items()}
    layer_of = {deployment.project: layer for layer, deployment in deployments.items()}
    matchers = {layer: Matcher(deployment.fields) for layer, deployment in deployments.items()}
    layers, uses = [], set[Use]()
    for layer, deployment in deployments.items():
        references = {urn: _known(project, layer, layer_of) for urn, project in deployment.references.items()}
        uses |= {use for state in deployment.resources for use in _uses(state, references, matchers)}
        layers.append(
            Layer(
                name=layer,
                version=deployment.contract_version,
                resources=_resources(deployment),
                fields=_fields(deployment),
                reads=tuple(other for other in deployments if other in references.values()),
            )
        )
    return Model(tuple(layers), tuple(sorted(uses)))


def _known(project: str, reader: str, layer_of: Mapping[str, str]) -> str:
    if project not in layer_of:
        if missing := next((layer for layer in LAYERS if project_name(layer) == project), None):
            raise UserError(f"layer {reader!r} reads {missing!r}, which is not up; deploy it: {command('up', missing)}")
        raise UserError(
            f"layer {reader!r} reads the stack of {project!r}, which is none of the layers "
            f"{', '.join(layer_of.values())}; add it to projects/layers.toml"
        )
    return layer_of[project]


def _resources(deployment: Deployment) -> tuple[Resource, ...]:
    urns = {state["urn"] for state in deployment.resources}
    return tuple(
        Resource(
            urn=state["urn"],
            type=state["type"],
            name=named(state["urn"])[1],
            dependencies=frozenset(urns & set(_waits_for(state))),
        )
        for state in deployment.resources
    )


def _uses(state: Mapping[str, Any], references: Mapping[str, str], matchers: Mapping[str, Matcher]) -> Iterable[Use]:
    explained = set()
    for name, dependencies in (state.get("propertyDependencies") or {}).items():
        value = (state.get("inputs") or {}).get(name)
        for reference in dependencies or ():
            if reference in references:
                explained.add(reference)
                producer = references[reference]
                for field in matchers[producer].outputs_in(value) or {""}:
                    yield Use(producer, field, state["urn"], name)
    for reference in set(_waits_for(state)) & references.keys() - explained:
        yield Use(references[reference], "", state["urn"], "")


def _fields(deployment: Deployment) -> tuple[Field, ...]:
    matcher = Matcher(deployment.fields)
    given: dict[str, set[str]] = {name: set() for name in deployment.fields}
    shown: dict[str, set[str]] = {name: set() for name in deployment.fields}
    waits_for = {state["urn"]: set(_waits_for(state)) for state in deployment.resources}
    for state in deployment.resources:
        own, answered = _own_values(state)
        for name in matcher.outputs_equal(own):
            given[name].add(state["urn"])
        for name in matcher.outputs_equal(answered):
            shown[name].add(state["urn"])
    return tuple(
        Field(
            name=name,
            secret=is_secret(value),
            # What only shows another resource's value, such as a version its secret's ARN, waits for that resource.
            providers=frozenset(
                given[name] | {urn for urn in shown[name] if not waits_for[urn] & (given[name] | shown[name])}
            ),
        )
        for name, value in deployment.fields.items()
    )


def _own_values(state: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Give the texts a resource was given for itself, and those it answered with; what it took of others is neither."""
    taken = {name for name, urns in (state.get("propertyDependencies") or {}).items() if urns}
    inputs = state.get("inputs") or {}
    outputs = {name: value for name, value in (state.get("outputs") or {}).items() if isinstance(value, str)}
    own = [value for name, value in outputs.items() if name in inputs and name not in taken]
    answered = [value for name, value in outputs.items() if name not in inputs and name not in taken]
    return own, [*answered, *texts(state.get("id"))]


def _waits_for(state: Mapping[str, Any]) -> list[str]:
    return [urn for urn in (*(state.get("dependencies") or ()), state.get("parent")) if urn]
