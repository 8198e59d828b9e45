"""Lambda: who may call a function, on what it runs, and where."""

from collections.abc import Iterator
from typing import Final

from check import check
from resources import UNKNOWN, Resource

_FUNCTION = "aws:lambda/function:Function"

RUNTIMES: Final = frozenset(
    {
        *("dotnet10", "dotnet8", "java25", "java21", "java17", "java11", "java8.al2"),
        *("nodejs24.x", "nodejs22.x", "nodejs20.x"),
        *("python3.14", "python3.13", "python3.12", "python3.11", "python3.10", "ruby3.4", "ruby3.3"),
    }
)
"""Those that the control takes: https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html#lambda-2"""
_NARROWING: Final = ("sourceAccount", "sourceArn", "principalOrgId")


@check("Lambda.1", "aws:lambda/permission:Permission", next_step="name the caller, or set source_account")
def public(permission: Resource) -> Iterator[str]:
    """Nobody outside may call a function; S3 names no account by itself."""
    principal = permission.get("principal")
    if principal == "*" and not any(permission.has(name) for name in _NARROWING):
        yield "it lets in everybody"
    elif principal == "s3.amazonaws.com" and not permission.has("sourceAccount"):
        yield "it lets in S3 for whatever account"


@check("Lambda.2", _FUNCTION, next_step="take a runtime that AWS supports")
def runtime(function: Resource) -> Iterator[str]:
    """A function runs on what is still patched."""
    runtime = function.get("runtime")
    if function.get("packageType") != "Image" and runtime is not UNKNOWN and runtime not in RUNTIMES:
        yield f"its runtime {runtime!r} is not among those supported"


@check("Lambda.3", _FUNCTION, next_step="give it a vpc_config")
def in_vpc(function: Resource) -> Iterator[str]:
    """A function runs inside a VPC."""
    if not function.has("vpcConfig"):
        yield "it runs outside any VPC"


@check("Lambda.5", _FUNCTION, next_step="give its vpc_config subnets of at least two zones")
def zones(function: Resource) -> Iterator[str]:
    """A function in a VPC outlives the loss of a zone; which zone a subnet is in, its id does not tell."""
    subnets = function.get("vpcConfig.subnetIds")
    if isinstance(subnets, list) and UNKNOWN not in subnets and len({*subnets}) == 1:
        yield "it has one subnet, and so one zone"


@check("Custom.2", _FUNCTION, next_step="set code_signing_config_arn")
def signed_code(function: Resource) -> Iterator[str]:
    """A function takes no code but what somebody signed."""
    if not function.has("codeSigningConfigArn"):
        yield "it takes code that nobody has signed"
