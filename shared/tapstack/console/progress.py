"""Progress on stderr: a spinner or a bar on a terminal, plain lines or nothing elsewhere."""

import shutil
import sys
import textwrap
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.status import Status

from tapstack.console.output import console

_LABEL_WIDTH = 14
_TEXT_WIDTH = 76
_SECONDS_WIDTH = 9
# A log file wants to see that a long step is alive, without a line for every package or resource.
_LINE_EVERY_SECONDS = 15.0


def say(text: str) -> None:
    """Print one line of progress."""
    print(text, file=sys.stderr, flush=True)


class Step:
    """One piece of work that is under way: what it is doing now, and what it came to.

    Attributes:
        result: the words of the closing line; set it before the step ends.
    """

    def __init__(self, label: str, spinner: Status | None) -> None:
        self.result = "done"
        self._label = label
        self._spinner = spinner
        self._started = self._last_line = time.monotonic()

    def note(self, text: str) -> None:
        """Tell what the step is doing now; call it as often as you like."""
        if self._spinner:
            self._spinner.update(f"{self._label:<{_LABEL_WIDTH}}{text}")
        elif time.monotonic() - self._last_line >= _LINE_EVERY_SECONDS:
            self._last_line = time.monotonic()
            say(self._line(f"… {text}"))

    def close(self) -> None:
        """Print the closing line: label, result, seconds."""
        if self._spinner:
            # Others may still be at work under the same spinner, which has to stay below the line.
            self._spinner.console.print(self._line(self.result), markup=False, soft_wrap=True)
        else:
            say(self._line(self.result))

    def _line(self, text: str) -> str:
        """Write label, text and seconds; on a terminal a text that is too long goes on below itself."""
        width = _TEXT_WIDTH
        if sys.stderr.isatty():
            columns = shutil.get_terminal_size().columns
            width = max(min(width, columns - _LABEL_WIDTH - _SECONDS_WIDTH), _LABEL_WIDTH)
            *above, text = textwrap.wrap(text, width) or [""]
        else:
            above = []
        indent = " " * _LABEL_WIDTH
        told = "".join(f"{line}\n{indent}" for line in above)
        seconds = f"{time.monotonic() - self._started:.1f} s"
        return f"{self._label:<{_LABEL_WIDTH}}{told}{text:<{width}}{seconds:>{_SECONDS_WIDTH}}"


@contextmanager
def step(label: str, text: str) -> Iterator[Step]:
    """Show a step while it runs and its result when it ends; a step that fails prints no closing line.

    Args:
        label: who is at work (`engine`, `network`), repeated on the closing line.
        text: what it does first.
    """
    with steps([label], text) as current:
        yield current[label]
        current[label].close()


@contextmanager
def steps(labels: Sequence[str], text: str) -> Iterator[Mapping[str, Step]]:
    """Show steps that run side by side; whoever ends one closes it.

    Args:
        labels: who is at work.
        text: what they do first.
    """
    with _spinner(f"{', '.join(labels):<{_LABEL_WIDTH}}{text}") as spinner:
        yield {label: Step(label, spinner) for label in labels}


def bar() -> Progress:
    """Make a bar for work that is counted; it is gone when it ends, and shows on a terminal only."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console(stderr=True), transient=True, disable=not sys.stderr.isatty())


def _spinner(text: str) -> Status | nullcontext[None]:
    if not sys.stderr.isatty():
        return nullcontext()
    return console(stderr=True).status(text)
