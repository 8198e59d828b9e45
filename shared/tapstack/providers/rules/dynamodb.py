"""What DynamoDB refuses and the emulator does not, in its own words."""

from typing import Final

from tapstack.providers.clients import ProviderError
from tapstack.providers.crud import Resource
from tapstack.providers.rules.precondition import DOCS, Moment, Precondition, ask


def _table_is_unprotected(resource: Resource) -> None:
    answer = ask(resource, "dynamodb", "describe_table", TableName=resource.id)
    if answer and answer["Table"].get("DeletionProtectionEnabled"):
        raise ProviderError(
            "ValidationException: Resource cannot be deleted as it is currently protected against deletion. "
            "Disable deletion protection first."
        )


PRECONDITIONS: Final = (
    Precondition(
        "aws:dynamodb/table:Table",
        Moment.DELETE,
        _table_is_unprotected,
        DOCS + "amazondynamodb/latest/APIReference/API_DeleteTable.html",
    ),
)
