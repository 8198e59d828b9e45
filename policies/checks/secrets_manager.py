"""Secrets Manager: secrets that are renewed."""

from collections.abc import Iterator

from check import check_of_stack
from resources import Resource, Stack

_SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type
_ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
_DAYS = 90
"""What Security Hub asks for where nobody has told it another number."""


@check_of_stack("SecretsManager.1", _SECRET, next_step="give it a SecretRotation")
def rotation(secret: Resource, stack: Stack) -> Iterator[str]:
    """Every secret is renewed without anybody's doing."""
    if not stack.on(secret, "secretId", _ROTATION):
        yield "it is not renewed automatically"


@check_of_stack("SecretsManager.4", _SECRET, next_step=f"give it a SecretRotation of at most {_DAYS} days")
def rotated_in_time(secret: Resource, stack: Stack) -> Iterator[str]:
    """Every secret is renewed within a quarter."""
    rotations = stack.on(secret, "secretId", _ROTATION)
    days = [each.get("rotationRules.automaticallyAfterDays") for each in rotations]
    late = [number for number in days if isinstance(number, int | float) and number > _DAYS]
    if not rotations:
        yield f"nothing renews it within {_DAYS} days"
    elif late:
        yield f"it is renewed every {late[0]:.0f} days"
