"""Where the engine, and this command line beside it, keep what belongs to a stack.

The engine's own keys are those of its backends in folders and buckets, from version 1 of their layout on, in which
stacks belong to projects.
"""

from tapstack.account_names import project_name
from tapstack.engine.backend.attributes import objects
from tapstack.engine.backend.store import Store


def reads_key(layer: str, stack: str) -> str:
    """Name the object that notes what a layer's stack reads of others."""
    return f".tapstack/reads/{project_name(layer)}/{stack}.json"


def lock_key(layer: str, stack: str) -> str:
    """Name the object that is there while a command changes a layer's stack."""
    return f".tapstack/locks/{project_name(layer)}/{stack}.json"


def state_version(store: Store, layer: str, stack: str) -> str | None:
    """Tell which version a layer's state has, without reading it; None where there is no such stack.

    Raises:
        StoreError: the backend's objects cannot be listed.
    """
    keys = state_keys(layer, stack)
    # Beside it are its backup and its tags.
    versions = store.versions(keys[0])
    return next((versions[key] for key in keys if key in versions), None)


def state_keys(layer: str, stack: str) -> tuple[str, str]:
    """Name the object that is a layer's state: as it is, or compressed."""
    key = f".pulumi/stacks/{project_name(layer)}/{stack}.json"
    return key, f"{key}.gz"


def is_locked_by_engine(store: Store, layer: str, stack: str) -> bool:
    """Tell whether a run of the engine changes a layer's stack, or was cut short.

    Raises:
        StoreError: the backend's objects cannot be listed.
    """
    return bool(objects(store.versions(engine_locks_prefix(layer, stack))))


def engine_locks_prefix(layer: str, stack: str) -> str:
    """Give what the keys of the engine's locks on a layer's stack begin with."""
    return f".pulumi/locks/organization/{project_name(layer)}/{stack}/"
