"""Stand-in Pulumi providers: `aws` and `random` against the local emulator, with the checks of the real ones.

They are test equipment. They check names, types and presence of inputs from the SDK's metadata, the values that a real
provider's validators were seen to refuse (`arguments`), and AWS's own rules (`rules`); they do not check any
other value AWS would refuse, nor adjustable quotas, permissions or propagation delays.

What is here is all that others need of them. Importing it loads no SDK.
"""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from tapstack.providers import launcher
from tapstack.providers.launcher import SOCKET
from tapstack.providers.state_only import SETTINGS, SettingsError

__all__ = [
    "SETTINGS",
    "SOCKET",
    "SettingsError",
    "answers",
    "endpoint_keys",
    "is_current",
    "plugin",
    "server",
    "state_only_types",
]


def state_only_types(settings: Path) -> Mapping[str, str]:
    """Tell what the emulator cannot hold or reads back wrongly, and the state alone therefore holds.

    Args:
        settings: the checkout's `projects/lane.toml`, which may name types of its own.

    Returns:
        Resource type (`aws:ec2/flowLog:FlowLog`) to a one-line reason.

    Raises:
        SettingsError: the settings are not as they must be.
    """
    from tapstack.providers.state_only import rows_with_state_only  # noqa: PLC0415
    from tapstack.providers.tables import ROWS  # noqa: PLC0415 - boto3, which the other commands do not need

    rows = rows_with_state_only(ROWS, settings)
    return {token: row.state_only_reason for token, row in rows.items() if row.state_only_reason}


def endpoint_keys() -> list[str]:
    """Name the services that the tables use, as `aws:endpoints` calls them."""
    from tapstack.providers.clients import endpoint_key  # noqa: PLC0415
    from tapstack.providers.services import used_services  # noqa: PLC0415

    return sorted(map(endpoint_key, used_services()))


def plugin(package: str, lane: Path, settings: Path) -> str:
    """Write the shell script that an engine starts as `pulumi-resource-<package>`.

    Args:
        package: `aws` or `random`.
        lane: the folder in which the lane's server runs, or does not.
        settings: the checkout's `projects/lane.toml`.
    """
    command = [sys.executable, "-I", "-S", launcher.__file__, package, f"{lane}", f"{settings}"]
    return f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n'


def server(settings: Path) -> list[str]:
    """Give the command of a lane's server; it must run in the lane's folder, where it makes `SOCKET`."""
    # -P: what else is in the folder is no module of the server's.
    return [sys.executable, "-P", "-m", "tapstack.providers", "lane", "--settings", f"{settings}"]


def answers(lane: Path) -> bool:
    """Tell whether a server answers in a lane's folder."""
    return launcher.ask(f"{lane}", fingerprint="") is not None


def is_current(lane: Path, settings: Path) -> bool:
    """Tell whether a lane's server answers, and was started from the sources as they are now."""
    answer = launcher.ask(f"{lane}", fingerprint=launcher.fingerprint(f"{settings}"))
    return answer is not None and "stale" not in answer
