"""A merchant's side: a client made from the API's description, and a receiver that can be broken and repaired."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tapstack.checkout import CHECKOUT

DOCUMENT = CHECKOUT / "docs" / "openapi.json"
EXAMPLES = CHECKOUT / "examples"
_FIRST_LINE = "listening on http://127.0.0.1:"


class JourneyError(Exception):
    """Something did not go as a merchant expects."""


@dataclass(frozen=True)
class Tools:
    """The commands of one language.

    Attributes:
        client: starts the client.
        receiver: starts the receiver.
        environment: what both need beside their settings.
    """

    client: Sequence[str]
    receiver: Sequence[str]
    environment: dict[str, str]


def python_tools(folder: Path) -> Tools:
    """Make the client with openapi-python-client."""
    made = folder / "card_transactions"
    generator = ["-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"]
    # It formats what it makes, with the formatter beside this interpreter.
    path = os.pathsep.join((f"{Path(sys.executable).parent}", os.environ["PATH"]))
    command = [sys.executable, *generator, "--path", f"{DOCUMENT}", "--output-path", f"{made}"]
    _done(command, folder, os.environ | {"PATH": path})
    return Tools(
        client=[sys.executable, f"{EXAMPLES / 'client' / 'python' / 'client.py'}"],
        receiver=[sys.executable, f"{EXAMPLES / 'webhook-receiver' / 'python' / 'receiver.py'}"],
        environment={"PYTHONPATH": f"{folder}"},
    )


def typescript_tools(folder: Path) -> Tools:
    """Make the client's types with openapi-typescript, and compile it and the receiver, with one installation."""
    for name in ("package.json", "package-lock.json", "tsconfig.json", "client.ts"):
        shutil.copy(EXAMPLES / "client" / "typescript" / name, folder)
    shutil.copy(EXAMPLES / "webhook-receiver" / "typescript" / "receiver.ts", folder)
    _done(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
    _done(["npx", "openapi-typescript", f"{DOCUMENT}", "-o", "api.ts"], folder)
    settings = folder / "tsconfig.json"
    both = settings.read_text(encoding="utf-8").replace('["client.ts"]', '["client.ts", "receiver.ts"]')
    settings.write_text(both, encoding="utf-8")
    _done(["npx", "tsc", "--project", f"{settings}"], folder)
    built = folder / "build"
    return Tools(["node", f"{built / 'client.js'}"], ["node", f"{built / 'receiver.js'}"], {})


@dataclass
class Merchant:
    """One merchant.

    Attributes:
        id: the merchant's id.
        tools: what it works with.
        api_url: where the API is.
        api_key: its key.
        secrets: its live secrets, as its receiver knows them.
        told: what its receivers have printed.
        port: where its receiver listens; 0 until it was started once.
    """

    id: str
    tools: Tools
    api_url: str
    api_key: str
    secrets: list[str]
    told: list[str] = field(default_factory=list)
    port: int = 0
    _receiver: "subprocess.Popen[str] | None" = None
    _reader: threading.Thread | None = None

    def call(self, *arguments: str) -> str:
        """Run a command of the client; give what it printed.

        Raises:
            JourneyError: it failed.
        """
        settings = {"API_URL": self.api_url, "API_KEY": self.api_key}
        environment = os.environ | self.tools.environment | settings
        return _done([*self.tools.client, *arguments], Path.cwd(), environment).rstrip("\n")

    def start_receiver(self) -> None:
        """Listen for webhooks, each time on the same port.

        Raises:
            JourneyError: it does not start.
        """
        settings = {"WEBHOOK_SECRET": " ".join(self.secrets), "PORT": f"{self.port}"}
        environment = os.environ | self.tools.environment | settings
        self._receiver = subprocess.Popen(self.tools.receiver, env=environment, stdout=subprocess.PIPE, text=True)
        output = self._receiver.stdout
        assert output
        first = output.readline()
        if not first.startswith(_FIRST_LINE):
            raise JourneyError(f"the receiver of {self.id} did not start: {first}")
        self.port = int(first.removeprefix(_FIRST_LINE))
        self._reader = threading.Thread(target=lambda: self.told.extend(map(str.rstrip, output)), daemon=True)
        self._reader.start()

    def stop_receiver(self) -> None:
        """Break the receiver: nobody answers any more."""
        if self._receiver and self._reader:
            self._receiver.kill()
            self._receiver.wait()
            self._reader.join()
            self._receiver = None

    def heard(self, line: str) -> bool:
        """Tell whether a receiver has printed a line."""
        return line in self.told

    def heard_of(self, transaction_id: str) -> bool:
        """Tell whether a receiver took a webhook about a transaction."""
        return any(f" {transaction_id} " in line for line in self.told)


def _done(command: Sequence[str], folder: Path, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise JourneyError(f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout
