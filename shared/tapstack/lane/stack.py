"""One layer's stack in a lane: its state is a file, and it is made when it is first needed."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tapstack.account_names import project_name
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.engine.events import Report
from tapstack.engine.failures import NoStackError
from tapstack.engine.stack import LayerStack, Listener


@dataclass(frozen=True, kw_only=True)
class LaneStack(LayerStack):
    """The stack of one layer in one lane.

    Attributes:
        state: the lane's state backend.
    """

    state: Path

    def up(self, *options: str, listener: Listener | None = None) -> Report:
        """Deploy the layer, making its stack where there is none.

        Raises:
            EngineError: the deployment failed; what was made by then is in the state.
        """
        self.init()
        return super().up(*options, listener=listener)

    def preview(self, *options: str, tells_secrets: bool = False, listener: Listener | None = None) -> Report:
        """Tell what `up` would do, making the stack where there is none.

        Raises:
            EngineError: the program or a provider refused.
        """
        self.init()
        return super().preview(*options, tells_secrets=tells_secrets, listener=listener)

    def init(self) -> None:
        """Make the stack where it is not there yet."""
        if not self.exists():
            self.command("stack", "init", self.name)

    def outputs(self, *, show_secrets: bool = False) -> dict[str, Any]:
        """Read the stack's outputs; a secret is the text `[secret]` unless asked for.

        Raises:
            NoStackError: there is no such stack.
        """
        if not self.exists():
            raise NoStackError(f"layer {self.layer!r} has no stack in this lane; run: {command('up', self.layer)}")
        return super().outputs(show_secrets=show_secrets)

    def exists(self) -> bool:
        """Tell whether there is a stack, empty or not."""
        return self._file.exists()

    def deployment(self) -> dict[str, Any]:
        """Read the state from the lane's file; without a stack it is empty.

        Raises:
            UserError: the file holds no state.
        """
        try:
            checkpoint = json.loads(self._file.read_text(encoding="utf-8"))["checkpoint"]
            # The engine takes keys in any case, and after `pulumi stack import` and `pulumi state` writes `Latest`.
            latest = {key.lower(): value for key, value in checkpoint.items()}.get("latest")
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise UserError(
                f"{self.layer}: {self._file} holds no state that can be read; put the last one back from "
                f"{self._file}.bak, or drop the lane: {command('down', '--force')}"
            ) from error
        return latest or {}

    def is_locked(self) -> bool:
        """Tell whether a run has left its lock in the lane."""
        folder = self.state / ".pulumi" / "locks" / "organization" / project_name(self.layer) / self.name
        return any(folder.glob("*.json"))

    @property
    def _file(self) -> Path:
        return self.state / ".pulumi" / "stacks" / project_name(self.layer) / f"{self.name}.json"
