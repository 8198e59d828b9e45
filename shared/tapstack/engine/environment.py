"""An environment: the stacks of one name, wherever they are kept, and where their AWS answers."""

import abc
import json
import os
import sys
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from tapstack.checkout import CHECKOUT
from tapstack.console.errors import UserError
from tapstack.console.hints import by_hand
from tapstack.console.progress import say
from tapstack.engine.backend.attributes import drop_torn
from tapstack.engine.backend.engine_locks import EngineLock, engine_locks
from tapstack.engine.backend.keys import state_keys
from tapstack.engine.backend.reads_index import ReadsIndex
from tapstack.engine.backend.stack_locks import StackLocks
from tapstack.engine.backend.store import FileStore, Store, store_of
from tapstack.engine.failures import NoStackError
from tapstack.engine.install import find_engine
from tapstack.engine.loopback import without_proxy
from tapstack.engine.policies import policy_pack
from tapstack.engine.stack import LayerStack
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
        from botocore.config import Config  # noqa: PLC0415 - plans and deployments ask no service

        return self._session.client(service, endpoint_url=self.url, config=Config(proxies={}))

    @cached_property
    def _session(self) -> Any:
        """One for all clients: each reads what the SDK knows of AWS's endpoints."""
        # Plans and deployments ask no service, and boto3 takes its time to load.
        import boto3  # noqa: PLC0415
        import botocore.session  # noqa: PLC0415

        return boto3.Session(
            self.access_key,
            self.secret_key,
            region_name=self.region,
            botocore_session=botocore.session.Session(_NOTHING_OF_THE_USER),
        )


class Environment(abc.ABC):
    """The stacks of one name.

    Attributes:
        name: the stacks' name.
        stop: set it, and the engines at work end in good order.
        programs: layer to the folder of its program, where that is not the checkout's.
        shell: what a shell must run before `pulumi` typed by hand works on the stacks; empty where that is nothing.
    """

    name: str
    shell: str = ""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.programs: dict[str, Path] = {}

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
    def opened(
        self, command: str, *, starts: bool, layers: Collection[str] = LAYERS, changes: bool = False
    ) -> AbstractContextManager[None]:
        """Make the environment ready to be worked on during a `with` block.

        Args:
            command: who works on it, for others to read.
            starts: whether the work may begin with nothing there.
            layers: what it works on.
            changes: whether it may change them; else it only looks, and nobody may change them meanwhile.

        Raises:
            UserError: it is not there, others work on it, or have changed it meanwhile.
        """

    @abc.abstractmethod
    def unchanged(self, layers: Collection[str] = LAYERS) -> AbstractContextManager[None]:
        """See that the environment is there, and that nobody changes some layers during a `with` block.

        Raises:
            UserError: it is not there, or others work on them, or have changed them meanwhile.
        """

    @property
    def reads_index(self) -> ReadsIndex | None:
        """The index of what the stacks' layers read; None where every command may read all states, or there is none."""
        return None

    def engine_locks(self, layer: str) -> Sequence[EngineLock]:  # noqa: ARG002 - a lane mends its own
        """List the engine's locks on a layer's stack, as far as the backend tells.

        Raises:
            UserError: the backend cannot be read.
        """
        return ()

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
            folder=self.programs.get(layer) or self._root / "projects" / layer,
            logs=self._root / ".tapstack" / "logs" / self.name,
            environment=self._variables,
            policies=policy_pack(self._root),
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
    def opened(
        self,
        command: str,
        *,
        starts: bool,  # noqa: ARG002 - nothing has to be started
        layers: Collection[str] = LAYERS,
        changes: bool = False,
    ) -> Iterator[None]:
        """See that it is there, and keep others from changing it meanwhile.

        Raises:
            UserError: the backend cannot be read, or has no stack of this name at all, or others change it.
        """
        if not changes:
            with self.unchanged(layers):
                yield
            return
        self._drop_torn_attributes(layers)
        self.require()
        with self._locks.taken(layers, command) if self._locks else nullcontext():
            yield

    @contextmanager
    def unchanged(self, layers: Collection[str] = LAYERS) -> Iterator[None]:
        """See that it is there, and that nobody changes some layers during a `with` block.

        Raises:
            UserError: the backend cannot be read, or has no stack of this name at all, or others change it.
        """
        self.require()
        with self._locks.unchanged(layers) if self._locks else nullcontext():
            yield

    def _drop_torn_attributes(self, layers: Collection[str]) -> None:
        """Take away what keeps the engine from reading the states of layers whose run was killed as it wrote them.

        Nobody is asked, as nothing is in it that anybody could miss.
        """
        if not isinstance(self._store, FileStore):
            return
        for layer in layers:
            # An engine at work may be writing them.
            is_at_work = any(not lock.is_gone for lock in self.engine_locks(layer))
            if not is_at_work and drop_torn(self._store, state_keys(layer, self.name)):
                say(f"{layer}: the attributes beside its state, cut short by a kill, were taken away; it is whole")

    @cached_property
    def _locks(self) -> StackLocks | None:
        """The locks beside the states; a backend that has no place for them has the engine's own alone."""
        return StackLocks(self._store, self.name) if self._store else None

    @cached_property
    def reads_index(self) -> ReadsIndex | None:
        """The index of what the stacks' layers read, beside their states; None for a backend that has no place."""
        return ReadsIndex(self._store, self.name) if self._store else None

    def engine_locks(self, layer: str) -> Sequence[EngineLock]:
        """List the engine's locks on a layer's stack; a backend that is neither a folder nor in S3 tells of none."""
        return engine_locks(self._store, layer, self.name) if self._store else ()

    @cached_property
    def _store(self) -> Store | None:
        folder = self.stack(LAYERS[0]).folder
        url = os.environ.get("PULUMI_BACKEND_URL")
        if not url:
            url = json.loads(self.stack(LAYERS[0]).command("whoami", "--json"))["url"]
        return store_of(url, folder)

    @cached_property
    def _variables(self) -> dict[str, str]:
        folders = [*map(str, find_engine().folders), str(Path(sys.executable).parent)]
        path = os.pathsep.join((*folders, os.environ.get("PATH", os.defpath)))
        # The engine takes "true" in a shell for `--yes`, which it refuses beside `--preview-only`.
        ours = {"PULUMI_SKIP_CONFIRMATIONS": "false", "PULUMI_SKIP_UPDATE_CHECK": "true"}
        ours |= {"PATH": path, "PULUMI_STACK": self.name}
        return {**os.environ, **without_proxy(os.environ), **ours}
