"""What every layer's program does first: fix the naming, the tags and the rule that an Output never becomes text."""

import os

import pulumi

from tapstack.layers import project_name
from tapstack.naming import PRODUCT, Names
from tapstack.settings import LayerSettings


def open_layer(layer: str, settings: LayerSettings) -> Names:
    """Begin a layer's program; call it before the first resource is made.

    From here on every resource is checked against the naming rules and carries the product's tags, and turning an
    Output into text (`str(output)`, an f-string) raises instead of deploying the words "Output object at 0x…".

    Returns:
        The names of this environment.
    """
    os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "true"
    names = Names(settings.environment_suffix)
    tags = {
        "Product": PRODUCT,
        "Environment": settings.environment_suffix,
        "Layer": layer,
        "Project": project_name(layer),
        "ManagedBy": "pulumi",
    }

    def check_and_tag(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
        names.check_resource(args)
        if not hasattr(type(args.resource), "tags"):
            return pulumi.ResourceTransformationResult(args.props, args.opts)
        own: dict[str, str] = args.props.get("tags") or {}  # type: ignore[assignment]
        return pulumi.ResourceTransformationResult({**args.props, "tags": tags | own}, args.opts)

    pulumi.runtime.register_stack_transformation(check_and_tag)
    return names
