"""The gate in front of an upstream stack: is it deployed, and does it export what the reader needs?

A `pulumi.StackReference` answers such questions only inside an Output, while the program goes on to register resources.
The gate asks the engine before the first of them, so that the answer "no" leaves nothing behind.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from tapstack.account_names import project_name
from tapstack.program.errors import UpstreamError
from tapstack.program.export_names import ENVIRONMENT_OUTPUT, VERSION_OUTPUT


def stack_name(layer: str) -> str:
    """Give the full name of a layer's stack beside the one being deployed: same organisation, same stack name."""
    return f"{pulumi.get_organization()}/{project_name(layer)}/{pulumi.get_stack()}"


def deploy_first(layer: str) -> str:
    """Tell to deploy a layer, with the command for its stack beside the one being deployed."""
    return f"deploy it first: (cd projects/{layer} && pulumi up --stack {pulumi.get_stack()})"


def require(layer: str, version: int, outputs: Sequence[str], environment_suffix: str) -> Mapping[str, Any]:
    """Refuse to go on unless `layer` is deployed and exports `outputs` under contract `version`.

    Returns:
        What the layer exports, as it is now.

    Raises:
        UpstreamError: says which of these is not so, and the command that mends it.
    """
    deploy = deploy_first(layer)
    exported = _outputs_of(layer, deploy)
    if not exported:
        raise UpstreamError(f"layer {layer!r} is not up: stack {stack_name(layer)} exports nothing; {deploy}")
    found = exported.get(VERSION_OUTPUT)
    if found != version:
        is_older = isinstance(found, float | int) and found < version
        raise UpstreamError(
            f"layer {layer!r} exports contract version {_number(found)}, and this layer reads version {version}; "
            + (deploy if is_older else f"this checkout is older than what is deployed: git pull, then {_up_this()}")
        )
    if missing := [name for name in outputs if name not in exported]:
        raise UpstreamError(f"layer {layer!r} does not export {', '.join(missing)}; {deploy}")
    suffix = exported.get(ENVIRONMENT_OUTPUT)
    if suffix != environment_suffix:
        raise UpstreamError(
            f"layer {layer!r} is the environment {suffix!r}, this layer's environmentSuffix is {environment_suffix!r}; "
            f"set one of them: pulumi config set environmentSuffix {suffix}"
        )
    return exported


def _outputs_of(layer: str, deploy: str) -> Mapping[str, Any]:
    name = stack_name(layer)
    try:
        answer = pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", {"name": name}).value
    except Exception as error:
        if "unknown stack" not in str(error):
            raise
        raise UpstreamError(f"layer {layer!r} is not up: there is no stack {name}; {deploy}") from error
    return dict(answer["outputs"]) if answer else {}


def _up_this() -> str:
    return f"pulumi up --stack {pulumi.get_stack()}"


def _number(value: object) -> object:
    return int(value) if isinstance(value, float) else value
