"""What several verbs take: a stack, layers, numbers within bounds; completed without asking any cloud."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

import click
from click.shell_completion import CompletionItem

from tapstack.checkout import CHECKOUT
from tapstack.console.hints import LANE
from tapstack.console.words import quoted, unknown
from tapstack.layers import LAYER_NAME, LAYERS
from tapstack.operate.logs import FUNCTIONS

_F = TypeVar("_F", bound=Callable[..., Any])

_AGO: Final = re.compile("([0-9]{1,9})([smhd])")
_UNITS: Final = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_LONGEST: Final = timedelta(days=366)
_EPOCH: Final = datetime.fromtimestamp(0, UTC)


class UnknownNameError(click.UsageError):
    """A name that is none of those there are; the message names the nearest."""


def stacks() -> list[str]:
    """Name the stacks that a layer of this checkout has settings for, the lane's first."""
    files = (CHECKOUT / "projects").glob("*/Pulumi.*.yaml")
    return [LANE, *sorted({file.name.split(".")[1] for file in files} - {LANE})]


class Verbs(click.Group):
    """A group that says of an unknown command which one may have been meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments begin with."""
        known = self.list_commands(ctx)
        if args[0] not in known and not ctx.resilient_parsing:
            raise UnknownNameError(unknown("command", args[0], known), ctx)
        return super().resolve_command(ctx, args)


class _Layer(click.ParamType[str]):
    name = "layer"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002
        if value in LAYERS:
            return value
        if value in stacks():
            raise UnknownNameError(f"{value!r} is a stack and no layer; write: --stack {value}", ctx)
        raise UnknownNameError(unknown("layer", value, LAYERS), ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        chosen = ctx.params.get(param.name or "") or ()
        return [CompletionItem(name) for name in LAYERS if name.startswith(incomplete) and name not in chosen]


class _DeployedLayer(_Layer):
    """A layer, or what may be one that is no longer declared: only the backend knows whether it is up."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if LAYER_NAME.fullmatch(value) and value not in stacks():
            return value
        return super().convert(value, param, ctx)


class _Stack(click.ParamType[str]):
    name = "name"

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        return [CompletionItem(name) for name in stacks() if name.startswith(incomplete)]


class _Function(click.ParamType[str]):
    name = "function"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002
        if value not in FUNCTIONS:
            raise UnknownNameError(unknown("function", value, FUNCTIONS), ctx)
        return value

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        return [CompletionItem(name) for name in FUNCTIONS if name.startswith(incomplete)]


class _Time(click.ParamType[int]):
    """A moment that is past, in milliseconds since the epoch: given as such, or as how long ago it is."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text, now = f"{value}", datetime.now(UTC)
        ago = _AGO.fullmatch(text)
        try:
            # A moment without an offset is one of this machine's time zone.
            moment = now - int(ago[1]) * _UNITS[ago[2]] if ago else datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            moment = datetime.max.replace(tzinfo=UTC)
        if not _EPOCH <= moment <= now:
            wanted = "give how long ago, such as 90s, 10m, 2h or 3d, or a past moment, such as 2026-01-31T12:00:00Z"
            self.fail(f"{quoted(text)} is no time to look back to; {wanted}", param, ctx)
        return int(moment.timestamp() * 1000)


class _Moment(click.ParamType[int]):
    """A moment that is to come, in milliseconds since the epoch."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Take the moment from its text; one without an offset is one of this machine's time zone."""
        text, now = f"{value}", datetime.now(UTC)
        try:
            moment = datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            moment = _EPOCH
        if not now < moment < now + _LONGEST:
            wanted = f"give one that is to come, within {_LONGEST.days} days, such as {now + timedelta(days=30):%F}"
            self.fail(f"{quoted(text)} is no moment to end at; {wanted}", param, ctx)
        return int(moment.timestamp() * 1000)


class _Duration(click.ParamType[int]):
    """A time that something takes, in milliseconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Take the time from a number and its unit."""
        found = _AGO.fullmatch(f"{value}")
        length = int(found[1]) * _UNITS[found[2]] if found else _LONGEST
        if length >= _LONGEST:
            wanted = f"give one such as 30m, 24h or 7d, shorter than {_LONGEST.days} days"
            self.fail(f"{quoted(f'{value}')} is no length of time; {wanted}", param, ctx)
        return length // timedelta(milliseconds=1)


class _Losses(click.ParamType[tuple[str, ...]]):
    """Names of what may be lost, with commas between them."""

    name = "names"

    def __init__(self, *, whole_layers: bool) -> None:
        """Describe it; `whole_layers` takes `data` too, with all that the layer holds."""
        self._whole_layers = whole_layers

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Take the names apart."""
        names = tuple(f"{value}".split(",")) if isinstance(value, str) else tuple(value)
        for name in names:
            layer, _, resource = name.partition(".")
            # Whole layers are destroyed, and among those may be some that are in no table any more.
            if layer not in LAYERS and not self._whole_layers:
                raise UnknownNameError(unknown("layer", layer, LAYERS), ctx)
            if not resource and not (self._whole_layers and name == layer):
                self.fail(f"{quoted(name)} names no resource; write it as the plan does: {layer}.NAME", param, ctx)
        return names


class WholeNumber(click.ParamType[int]):
    """A whole number within bounds, written in digits."""

    name = "number"

    def __init__(self, what: str, least: int, most: int | None = None) -> None:
        """Describe it.

        Args:
            what: what it is a number of, for the message, such as `port`.
            least: the smallest there may be.
            most: the largest; None sets no limit.
        """
        self._what = what
        self._least = least
        self._most = most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Take the number from its digits."""
        text = f"{value}"
        number = int(text) if text.isascii() and text.isdecimal() else self._least - 1
        if number < self._least or (self._most is not None and number > self._most):
            wanted = "whole number" if self._most is None else "number"
            bounds = f", {self._least} or more" if self._most is None else f" from {self._least} to {self._most}"
            self.fail(f"{quoted(text)} is no {self._what}; give a {wanted}{bounds}", param, ctx)
        return number


STACK: Final = _Stack()
FUNCTION: Final = _Function()
TIME: Final = _Time()
MOMENT: Final = _Moment()
DURATION: Final = _Duration()


def _named_stack(context: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Give the stack that was named here, or before the verb."""
    above = context.parent.params.get("stack") if context.parent else None
    if value is not None and above is not None and value != above:
        raise click.UsageError(f"--stack is given twice, as {above} and as {value}", context)
    return above if value is None else value


def _stack_or_lane(context: click.Context, param: click.Parameter, value: str | None) -> str:
    return _named_stack(context, param, value) or LANE


def takes_stack(function: _F) -> _F:
    """Let a verb take the stack that it works on: the one that is named before it or after it, or the lane's."""
    return click.option(
        "--stack",
        type=STACK,
        metavar="NAME",
        callback=_stack_or_lane,
        help="The stack to work on, the same name in all layers.  [default: local, the lane's]",
    )(function)


def may_take_stack(text: str) -> Callable[[_F], _F]:
    """Let a verb take a stack, and None where none is named; `text` is the option's help."""
    return click.option("--stack", type=STACK, metavar="NAME", callback=_named_stack, help=text)


def takes_layers(function: _F) -> _F:
    """Let a verb take layers; none stands for all."""
    return click.argument("layers", nargs=-1, type=_Layer(), metavar="[LAYER]...")(function)


def takes_deployed_layers(function: _F) -> _F:
    """Let a verb take layers that are up, declared or not; none stands for all."""
    return click.argument("layers", nargs=-1, type=_DeployedLayer(), metavar="[LAYER]...")(function)


def takes_since(function: _F) -> _F:
    """Let a verb take a revision."""
    return click.option(
        "--since",
        metavar="REV",
        help="Only layers that use a file changed since this revision of git, and those that follow.",
    )(function)


def takes_at(function: _F) -> _F:
    """Let a verb take the revision of a layer's program."""
    return click.option(
        "--at",
        metavar="REV",
        help="The program of one layer as this revision of git has it.",
    )(function)


def require_one_layer(layers: Sequence[str], since: str | None, at: str | None) -> None:
    """Refuse a revision for other than one layer's program.

    Raises:
        click.UsageError: it was asked for.
    """
    if at is not None and (len(layers) != 1 or since is not None):
        wanted = "--at takes the program of one layer, and no --since; name the layer to roll back"
        raise click.UsageError(wanted, click.get_current_context())


def takes_yes(function: _F) -> _F:
    """Let a verb be told that its change is agreed to."""
    return click.option("--yes", is_flag=True, help="Do not ask, go on.")(function)


def takes_accepted(*, whole_layers: bool) -> Callable[[_F], _F]:
    """Let a verb be told which data may be lost; `whole_layers` takes layers, with all that they hold, too."""
    form = "LAYER[.NAME]" if whole_layers else "LAYER.NAME"
    return click.option(
        "--accept-data-loss",
        "accepted",
        type=_Losses(whole_layers=whole_layers),
        default=(),
        metavar=f"{form},…",
        help="Go on where data is lost, or protected less: of these alone.",
    )


def takes_lane_only(function: _F) -> _F:
    """Let a verb be told that there is no other backend to look into."""
    return click.option(
        "--lane-only", is_flag=True, help="No backend but the lane's has stacks of the layer: look into no other."
    )(function)


def takes_json(function: _F) -> _F:
    """Let a verb print data for programs."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)
