"""An environment: the stacks of one name, wherever they are kept, and where their AWS answers."""

import abc
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from tapstack.checkout import CHECKOUT
from tapstack.console.errors import UserError
from tapstack.console.hints import by_hand
from tapstack.engine.install import find_engine
from tapstack.engine.loopback import without_proxy
from tapstack.engine.stack import LayerStack, NoStackError
from tapstack.layers import LAYERS

# Neither a profile nor settings in files: each as (name in a file, variable, default, conversion).
_NOTHING_OF_THE_USER: Final = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


@dataclass(frozen=True, kw_only=True)
class AwsEndpoint:
    """Where an AWS that is none of Amazon's answers.

    Attributes:
        url: the address of all its services.
        region: the region that the stacks are in.
        access_key: the id of the access key that it takes.
        secret_key: the secret of that key.
    """

    url: str
    region: str
    access_key: str
    secret_key: str

    def client(self, service: str) -> Any:
        """Make a boto3 client of a service there, which takes nothing of the user's: profile, settings, proxy."""
        # Plans and deployments ask no service, and boto3 takes its time to load.
        import boto3  # noqa: PLC0415
        import botocore.session  # noqa: PLC0415
        from botocore.config import Config  # noqa: PLC0415

        session = boto3.Session(
            self.access_key,
            self.secret_key,
            region_name=self.region,
            botocore_session=botocore.session.Session(_NOTHING_OF_THE_USER),
        )
        make: Callable[..., Any] = session.client
        return make(service, endpoint_url=self.url, config=Config(proxies={}))


class Environment(abc.ABC):
    """The stacks of one name.

    Attributes:
        name: the stacks' name.
        stop: set it, and the engines at work end in good order.
        shell: what a shell must run before `pulumi` typed by hand works on the stacks; empty where that is nothing.
    """

    name: str
    shell: str = ""

    def __init__(self) -> None:
        self.stop = threading.Event()

    @abc.abstractmethod
    def stack(self, layer: str) -> LayerStack:
        """Return a layer's stack."""

    @abc.abstractmethod
    def require(self) -> None:
        """See that the environment is there.

        Raises:
            UserError: it is not.
        """

    @abc.abstractmethod
    def opened(self, command: str, *, starts: bool) -> AbstractContextManager[None]:
        """Make the environment ready to be worked on during a `with` block.

        Args:
            command: who works on it, for others to read.
            starts: whether the work may begin with nothing there.

        Raises:
            UserError: it is not there, or others work on it.
        """

    def explain(self, error: UserError) -> UserError:
        """Say what stands behind an error of the engine, where the environment knows better."""
        return error

    def aws_endpoint(self) -> AwsEndpoint | None:
        """Tell where the stacks' AWS answers; None is AWS itself, with the credentials of this shell.

        Raises:
            UserError: it does not answer.
        """
        return None

    def outputs(self, layer: str, *, show_secrets: bool = False) -> dict[str, Any]:
        """Read a layer's outputs; a secret is the text `[secret]` unless asked for.

        Raises:
            UserError: the environment or the layer's stack is not there.
        """
        try:
            return self.stack(layer).outputs(show_secrets=show_secrets)
        except UserError:
            # Where nothing at all is there, that is said, as every other command says it.
            self.require()
            raise


class BackendEnvironment(Environment):
    """The stacks of one name on the backend that this shell is logged in to."""

    def __init__(self, name: str, root: Path = CHECKOUT) -> None:
        """Describe it; nothing is asked yet.

        Args:
            name: the stacks' name, the same in all layers.
            root: the checkout with the projects.
        """
        super().__init__()
        self.name = name
        self._root = root

    def stack(self, layer: str) -> LayerStack:
        """Return a layer's stack."""
        return LayerStack(
            layer=layer,
            name=self.name,
            folder=self._root / "projects" / layer,
            logs=self._root / ".tapstack" / "logs" / self.name,
            environment=self._variables,
            stop=self.stop,
        )

    def require(self) -> None:
        """See that the backend can be read, and has a stack of the name.

        Raises:
            UserError: it cannot be read, or has no stack of this name at all.
        """
        refused = None
        for layer in LAYERS:
            try:
                if self.stack(layer).exists():
                    return
            except UserError as error:
                # A team's credentials may not be good for every layer's state; the next may be its own.
                refused = refused or error
        raise refused or NoStackError(
            f"there is no stack {self.name!r} of any layer on this backend; correct the name, or make them: "
            f"{by_hand(LAYERS[0], 'stack', 'init', self.name, stack=self.name)}, and so in each layer's folder"
        )

    @contextmanager
    def opened(self, command: str, *, starts: bool) -> Iterator[None]:  # noqa: ARG002 - each update takes its lock
        """See that it is there; the engine locks each stack itself while it changes it.

        Raises:
            UserError: the backend cannot be read, or has no stack of this name at all.
        """
        self.require()
        yield

    @cached_property
    def _variables(self) -> dict[str, str]:
        folders = [*map(str, find_engine().folders), str(Path(sys.executable).parent)]
        path = os.pathsep.join((*folders, os.environ.get("PATH", os.defpath)))
        ours = {"PATH": path, "PULUMI_STACK": self.name, "PULUMI_SKIP_UPDATE_CHECK": "true"}
        return {**os.environ, **without_proxy(os.environ), **ours}
