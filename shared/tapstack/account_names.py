"""The names that more than one program, or a workflow, goes by: projects, pipelines' roles, boundary, state.

What an account has once has no environment in its name, all else has: `tapstack.program.naming`.
"""

import re
from typing import Final, Literal

from tapstack.layers import LAYERS, PROJECTS
from transactions.product import PRODUCT

API_LOGS_ROLE: Final = f"{PRODUCT}-api-logs"
"""The IAM role with which API Gateway writes the logs of all environments."""
API_LOGS_BOUNDARY: Final = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"
"""The policy of AWS's own, in every account, that bounds that role: an environment's would be for one alone."""

Purpose = Literal["deploy", "preview", "drift"]
"""What a pipeline's role is for: changing a layer, or only looking at it for a pull request or at night."""

_PRODUCT: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# A state bucket's name has 63 characters at most, the longest environment's, an account's number and the longest
# region's name among them.
_LONGEST: Final = 16


def product_problem(product: str = PRODUCT) -> str | None:
    """Say what is wrong with a product's name; None where resources can bear it."""
    if _PRODUCT.fullmatch(product) and 2 <= len(product) <= _LONGEST:
        return None
    return (
        f"PRODUCT is {product!r}: it must be 2 to {_LONGEST} lower-case letters, digits and single hyphens, and begin "
        "with a letter; correct it in functions/transactions/product.py"
    )


def project_name(project: str) -> str:
    """Name the Pulumi project of a layer or of the bootstrap, as written in `projects/<project>/Pulumi.yaml`.

    Raises:
        ValueError: `project` is not one of `PROJECTS`.
    """
    if project not in PROJECTS:
        raise ValueError(f"unknown layer {project!r}; the layers are {', '.join(LAYERS)}")
    return f"{PRODUCT}-{project}"


def layer_of(project: str) -> str:
    """Name the layer that a Pulumi project is.

    Raises:
        ValueError: `project` is not a layer's.
    """
    for layer in LAYERS:
        if project_name(layer) == project:
            return layer
    raise ValueError(f"project {project!r} is no layer's; the layers are {', '.join(LAYERS)}")


def boundary_name(environment: str) -> str:
    """Name the IAM policy that bounds every role which a layer makes in an environment."""
    return f"{PRODUCT}-{environment}-boundary"


def state_key_alias(environment: str) -> str:
    """Name the KMS key of an environment's state bucket."""
    return f"alias/{PRODUCT}-{environment}-state"


def pipeline_role(environment: str, purpose: Purpose, layer: str) -> str:
    """Name the IAM role with which workflows deploy a layer, or look at it.

    Args:
        environment: its suffix, or an expression of the workflow that stands for it.
        purpose: what the role is for.
        layer: a layer's name, or an expression of the workflow that stands for it.
    """
    return f"{PRODUCT}-{environment}-{purpose}-{layer}"


def smoke_role(environment: str) -> str:
    """Name the IAM role with which workflows make a smoke run after a deployment.

    Args:
        environment: its suffix, or an expression of the workflow that stands for it.
    """
    return f"{PRODUCT}-{environment}-smoke"


def operator_role(environment: str) -> str:
    """Name the IAM role that operators of an environment take on."""
    return f"{PRODUCT}-{environment}-operator"


def merchants_project() -> str:
    """Name what merchants' API keys are tagged as parts of, in place of a Pulumi project."""
    return f"{PRODUCT}-merchants"


def state_bucket_name(environment: str, account: str, region: str) -> str:
    """Name the bucket that holds the state of an environment's stacks.

    Args:
        environment: its suffix.
        account: the AWS account's number.
        region: such as `eu-central-1`.
    """
    return f"{PRODUCT}-{environment}-state-{account}-{region}"
