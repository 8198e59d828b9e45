"""The `live` alias of a function: which of its versions callers reach, and how many of them.

Without a stable version every deployment moves all traffic to the newest version. With one, the alias stays at that
version and hands `canaryPercent` of the calls to the newest: 0 is the roll-back, no setting at all the promotion. The
program cannot know by itself which version was the good one, so people say so; Lambda keeps every published version.
"""

from typing import Final

import pulumi_aws as aws
from pulumi import Input, Output

from settings import ComputeSettings
from tapstack.program.errors import SettingError

ALIAS: Final = "live"


def make_alias(settings: ComputeSettings, name: str, function: aws.lambda_.Function) -> aws.lambda_.Alias:
    """Make the alias of the function that operators know as `name`."""
    stable = settings.stable_version(name)
    percent = settings.canary_percent
    version: Input[str] = function.version
    weights: Output[dict[str, float]] | None = None
    if stable:
        newest = function.version.apply(lambda number: _newest_beside(settings, name, number))
        # Taken from the checked number, so that the alias does not move before the check.
        version = newest.apply(lambda _: stable)
        weights = newest.apply(lambda number: {number: percent / 100}) if percent else None
    return aws.lambda_.Alias(
        f"{name}-{ALIAS}",
        name=ALIAS,
        function_name=function.name,
        function_version=version,
        routing_config={"additional_version_weights": weights} if weights else None,
    )


def _newest_beside(settings: ComputeSettings, name: str, newest: str) -> str:
    """Refuse a stable version that the newest version cannot be compared with."""
    stable, key = settings.stable_version(name), settings.stable_version_key(name)
    if int(stable) > int(newest):
        raise SettingError(
            f"setting {key} is {stable!r}: the newest version of the {name} is {newest}. "
            f"Set it to the version that is to keep the traffic: pulumi config set {key} <version>"
        )
    if stable == newest and settings.canary_percent:
        raise SettingError(
            f"setting {key} is {stable!r}: that is the newest version of the {name} itself, and there is no other to "
            f"give {settings.canary_percent} % of the calls to. Deploy changed code with it, or end the canary: "
            "pulumi config rm canaryPercent"
        )
    return newest
