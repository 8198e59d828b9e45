"""A story in Markdown, told while its commands run: what was typed, what was seen, how long it took."""

import re
import shlex
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from support.scratch_checkout import ScratchCheckout


class UnexpectedEndError(Exception):
    """A command of the story did not end as the story says."""


@dataclass
class Story:
    """A story under way.

    Attributes:
        checkout: where its commands run.
        lines: what has been told so far, in Markdown.
        took: command to its seconds, in order.
    """

    checkout: ScratchCheckout
    lines: list[str] = field(default_factory=list)
    took: list[tuple[str, float]] = field(default_factory=list)

    def begin(self, title: str, name: str, cores: int, *more: str) -> None:
        """Add the title and how the page is made.

        Args:
            title: of the page.
            name: what `tapstack generate` calls it.
            cores: of this machine.
            more: what else must be known of how it is made.
        """
        made = (
            f"Made by running it; after a change: `tapstack generate {name}`. Every command ran on a copy of this "
            f"checkout and a lane of its own, on {cores} cores."
        )
        self.tell(f"# {title}", " ".join((made, *more)))

    def tell(self, *paragraphs: str) -> None:
        """Add paragraphs."""
        for paragraph in paragraphs:
            self.lines += [paragraph, ""]

    def edit(self, file: str, old: str, new: str) -> None:
        """Change a text in a file of the checkout, and show the change.

        Raises:
            UnexpectedEndError: the text is not there.
        """
        path = self.checkout.root / file
        source = path.read_text(encoding="utf-8")
        if old not in source:
            raise UnexpectedEndError(f"{file} does not hold {old!r} any more; bring the story up to date")
        path.write_text(source.replace(old, new), encoding="utf-8")
        removed = [f"-{line}" for line in old.splitlines()]
        added = [f"+{line}" for line in new.splitlines()]
        self.lines += ["```diff", f"# {file}", *removed, *added, "```", ""]

    def write(self, file: str, text: str) -> None:
        """Make a file of the checkout, and show it."""
        (self.checkout.root / file).write_text(text, encoding="utf-8")
        self.lines += ["```", f"# {file}", *text.splitlines(), "```", ""]

    def wait(self, seconds: float) -> None:
        """Let time pass, as what functions remember is used up to its end."""
        time.sleep(seconds)

    def do(self, *arguments: str) -> None:
        """Run the checkout's Python without telling of it."""
        self.checkout.python(*arguments)

    def git(self, *arguments: str) -> None:
        """Run git on the checkout without telling of it."""
        subprocess.run(["git", *arguments], cwd=self.checkout.root, check=True)

    def tell_times(self) -> None:
        """Tell how long each command took."""
        self.tell("## What it took", "| step | seconds |\n|---|--:|")
        self.lines.pop()
        self.lines += [f"| `{typed}` | {seconds:.0f} |" for typed, seconds in self.took]

    def commit(self, message: str) -> None:
        """Commit all of the checkout."""
        identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "commit.gpgsign=false")
        for arguments in (("add", "--all"), (*identity, "commit", "--quiet", "--message", message)):
            self.git(*arguments)

    def run(self, program: str, *arguments: str, status: int = 0, says: str, show: int = 8) -> str:
        """Run a program, and show the command, the end of what it printed, and its seconds.

        Args:
            program: a program of the checkout's environment.
            arguments: what it is called with.
            status: how it has to end.
            says: what it has to say; white space counts as one space.
            show: how many lines of it are shown, the last ones.

        Returns:
            What it printed.

        Raises:
            UnexpectedEndError: it ended otherwise, or said something else.
        """
        typed = shlex.join((program, *arguments))
        started = time.monotonic()
        done = subprocess.run(
            [str(self.checkout.root / ".venv" / "bin" / program), *arguments],
            cwd=self.checkout.root,
            env=self.checkout.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        seconds = time.monotonic() - started
        if done.returncode != status or says not in re.sub(r"\s+", " ", done.stdout):
            raise UnexpectedEndError(f"`{typed}` ended with {done.returncode}, and said:\n{done.stdout}")
        seen = [_readable(line, self.checkout.root) for line in done.stdout.splitlines() if _is_told(line)]
        self.lines += [
            "```console",
            f"$ {typed}",
            *seen[len(seen) - min(show, len(seen)) :],
            "```",
            "",
            f"*{seconds:.0f} s.*",
            "",
        ]
        self.took.append((typed, seconds))
        return done.stdout


def _is_told(line: str) -> bool:
    # nox's own lines, and where this run found engine and emulator, are the same in every command; signs of life come
    # from slow machines alone.
    is_sign_of_life = re.match(r"\S+ +… ", line) is not None
    return bool(line.strip()) and not is_sign_of_life and not line.startswith(("nox > ", "engine  ", "emulator  "))


def _readable(line: str, root: Path) -> str:
    return line.replace(f"{root}/", "").rstrip()
