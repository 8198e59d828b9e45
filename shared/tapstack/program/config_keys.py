"""The keys of a stack's config: how a setting's is spelt, and which are read by nothing.

The engine hands a program every key of a stack's config, whoever may have use for it. A key that is misspelt, or set in
the stack of another layer, is passed over without a word, and what it was to change stays as it is.
"""

import importlib
import importlib.util
import inspect
from collections.abc import Collection, Iterable
from difflib import get_close_matches
from functools import cache
from typing import Final

from tapstack.account_names import project_name
from tapstack.layers import PROJECTS

# What the engine itself takes in the namespace of any provider.
_OF_EVERY_PROVIDER: Final = frozenset({"version", "pluginDownloadURL"})
_ENGINE: Final = "pulumi"


def unknown_key(keys: Iterable[str], project: str, known: Collection[str]) -> str | None:
    """Find the first key that nothing reads, and say what may have been meant.

    Args:
        keys: a stack's config keys, such as `tapstack-network:vpcCidr`.
        project: the folder of the project whose stack it is.
        known: the settings that the project has, in camelCase.

    Returns:
        What is wrong, in one line without the values, which may be secrets; None where every key is read.
    """
    return next((wrong for key in sorted(keys) if (wrong := _problem(key, project, known))), None)


def config_key(field_name: str) -> str:
    """Spell a field's name as its config key: `environment_suffix` is `environmentSuffix`."""
    head, *tail = field_name.split("_")
    return head + "".join(word.capitalize() for word in tail)


def _problem(key: str, project: str, known: Collection[str]) -> str | None:
    namespace, _, name = key.rpartition(":")
    own = project_name(project)
    others = {project_name(other): other for other in PROJECTS}
    if namespace == own:
        lacking = f"projects/{project}/settings.py has no such setting"
        return None if name in known else _misspelt(key, name, known, lacking)
    if namespace in others:
        return (
            f"setting {key} is of {others[namespace]}, and this is a stack of {project}, which does not read it; "
            f"set it in projects/{others[namespace]}, and here: pulumi config rm {key}"
        )
    if namespace == _ENGINE:
        return None
    if (of_provider := _provider_settings(namespace)) is not None:
        lacking = f"provider {namespace} has no such setting"
        return None if name in of_provider else _misspelt(key, name, of_provider, lacking)
    meant = f"did you mean {own}:{name}? Set that, and " if name in known else ""
    return (
        f"setting {key} is read by nobody: {namespace!r} is neither this project, {own}, nor a provider; "
        f"{meant}remove it: pulumi config rm {key}"
    )


def _misspelt(key: str, name: str, known: Collection[str], why: str) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}? Set that, and remove it" if near else "remove it"
    return f"setting {key} is unknown, {why}; {hint}: pulumi config rm {key}"


@cache
def _provider_settings(package: str) -> frozenset[str] | None:
    """Name what a provider can be told, by its own SDK; None where there is no such SDK here."""
    module = f"pulumi_{package.replace('-', '_')}"
    if not package or importlib.util.find_spec(module) is None:
        return None
    arguments = inspect.signature(importlib.import_module(module).ProviderArgs.__init__).parameters
    return _OF_EVERY_PROVIDER | {config_key(name) for name in arguments if not name.startswith("__")}
