"""What every program does first: fix the naming, the tags, the boundary of roles, and that no Output becomes text."""

import os

import pulumi
import pulumi_aws as aws

from tapstack.account_names import project_name
from tapstack.program.naming import Names
from tapstack.program.settings import LayerSettings, ProjectSettings
from tapstack.program.upstream import refuse_detour
from transactions.product import PRODUCT


def open_project(project: str, settings: ProjectSettings) -> Names:
    """Begin a project's program; call it before the first resource is made.

    From here on every resource is checked against the naming rules and carries the product's tags, another layer's
    stack is read through its contract alone, and turning an Output into text (`str(output)`, an f-string) raises
    instead of deploying the words "Output object at 0x…".

    Returns:
        The names of this environment.
    """
    os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "true"
    names = Names(settings.environment_suffix, settings.entered)
    tags = {
        "Product": PRODUCT,
        "Environment": settings.environment_suffix,
        "Layer": project,
        "Project": project_name(project),
        "ManagedBy": "pulumi",
    }

    def check_and_tag(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
        refuse_detour(args)
        names.check_resource(args)
        if not hasattr(type(args.resource), "tags"):
            return pulumi.ResourceTransformationResult(args.props, args.opts)
        own: dict[str, str] = args.props.get("tags") or {}  # type: ignore[assignment]
        return pulumi.ResourceTransformationResult({**args.props, "tags": tags | own}, args.opts)

    pulumi.runtime.register_stack_transformation(check_and_tag)
    return names


def open_layer(layer: str, settings: LayerSettings) -> Names:
    """Begin a layer's program like `open_project`, and bound every role it makes where the settings name a boundary.

    The role that deploys a layer may make no role without the boundary, so here is the one place that attaches it.

    Returns:
        The names of this environment.
    """
    names = open_project(layer, settings)
    if settings.permissions_boundary:
        account = aws.get_caller_identity().account_id
        partition = aws.get_partition().partition
        boundary = f"arn:{partition}:iam::{account}:policy/{settings.permissions_boundary}"

        def bound(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
            # What all environments of an account share brings a boundary of its own.
            if args.type_ != "aws:iam/role:Role" or args.props.get("permissions_boundary"):
                return None
            return pulumi.ResourceTransformationResult({**args.props, "permissions_boundary": boundary}, args.opts)

        pulumi.runtime.register_stack_transformation(bound)
    return names
