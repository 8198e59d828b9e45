"""The AWS services that the stand-in providers call, by boto3's names."""

from tapstack.providers.clients import ACCOUNT_SERVICE
from tapstack.providers.invokes import SERVICES
from tapstack.providers.tables import ROWS


def used_services() -> set[str]:
    """Collect the services of all rows, of the functions and of the clients themselves."""
    used = {ACCOUNT_SERVICE, *SERVICES}
    for row in ROWS.values():
        parts = (row.create, *row.settle, *row.read, *row.update, *row.delete, row.tagging and row.tagging.read)
        used |= {row.service, *(part.service for part in parts if part and part.service)}
    return used - {""}
