"""DynamoDB: tables that scale, can be restored, and are not deleted by accident."""

from collections.abc import Iterator

from check import check, check_of_stack
from resources import Resource, Stack

_TABLE = "aws:dynamodb/table:Table"
_SCALED = "aws:appautoscaling/target:Target"


@check_of_stack(
    "DynamoDB.1",
    _TABLE,
    next_step="set billing_mode to PAY_PER_REQUEST, or give it scaling targets",
)
def scaling(table: Resource, stack: Stack) -> Iterator[str]:
    """Capacity follows demand."""
    if table.get("billingMode") != "PAY_PER_REQUEST" and not stack.on(table, "resourceId", _SCALED):
        yield "its capacity is provisioned, and does not scale"


@check("DynamoDB.2", _TABLE, next_step="set point_in_time_recovery to enabled")
def recovery(table: Resource) -> Iterator[str]:
    """A table can be restored as it was at any moment."""
    if not table.is_on("pointInTimeRecovery.enabled"):
        yield "point-in-time recovery is off"


@check("DynamoDB.6", _TABLE, next_step="set deletion_protection_enabled to true (the data layer's deletionProtection)")
def deletion_protection(table: Resource) -> Iterator[str]:
    """A table refuses to be deleted."""
    if not table.is_on("deletionProtectionEnabled"):
        yield "deletion protection is off"
