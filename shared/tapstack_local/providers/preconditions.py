"""AWS's own refusals, in AWS's own words, where the emulator lets things pass."""

from tapstack_local.providers.crud import Resource


def before_create(resource: Resource) -> None:
    """Refuse what AWS would not create."""
    del resource


def before_update(resource: Resource) -> None:
    """Refuse what AWS would not change."""
    del resource


def before_delete(resource: Resource) -> None:
    """Refuse what AWS would not delete."""
    del resource
