"""The backend's objects in a folder, notes of reads and locks among them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tapstack.console.errors import UserError
from tapstack.engine.backend import stack_locks
from tapstack.engine.backend.keys import lock_key, reads_key
from tapstack.engine.backend.reads_index import Note, ReadsIndex, Unknown
from tapstack.engine.backend.s3 import S3Store
from tapstack.engine.backend.stack_locks import StackLocks
from tapstack.engine.backend.store import FileStore, store_of
from tapstack.engine.holder import Holder

READS: Any = {"data": {"version": 1, "fields": {"key_arn": "Arn"}}}

NO_PID = json.dumps({**json.loads(Holder.of("up").content()), "pid": "mine"}).encode()
UP = Note(is_up=True, reads=READS)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path)


@pytest.fixture
def write_state(tmp_path: Path) -> Callable[..., None]:
    """Write a layer's state, as the engine does."""

    def write(layer: str, text: str, name: str = "dev.json") -> None:
        folder = tmp_path / ".pulumi" / "stacks" / f"tapstack-{layer}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "unfinished").write_text(text, encoding="utf-8")
        (folder / "unfinished").replace(folder / name)

    return write


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("file:///there/states", "/there/states"),
        ("file:///there/states?no_tmp_dir=true", "/there/states"),
        ("file://states", "/project/states"),
        ("file://./states", "/project/states"),
        ("file://~/states", f"{Path.home()}/states"),
        ("file://~", f"{Path.home()}"),
    ],
)
def test_an_address_leads_to_the_folder_that_the_engine_takes(url: str, root: str) -> None:
    store = store_of(url, Path("/project"))

    assert store
    assert store.removal("key") == f"rm {root}/key"


def test_an_address_of_a_bucket_is_read_as_the_engine_s_library_does(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    url = "s3://bucket/some/path?region=eu-central-1&endpoint=127.0.0.1:1&disableSSL=true&s3ForcePathStyle=true"

    store = store_of(url, Path())

    assert isinstance(store, S3Store)
    assert store.removal("key") == "aws s3 rm s3://bucket/some/path/key"
    meta = store._client.meta
    assert (meta.endpoint_url, meta.region_name) == ("http://127.0.0.1:1", "eu-central-1")
    assert meta.config.s3["addressing_style"] == "path"


def test_other_backends_have_no_place_for_notes() -> None:
    assert store_of("gs://bucket", Path()) is None
    assert store_of("https://api.pulumi.com", Path()) is None


def test_an_object_is_created_by_one_of_many(store: FileStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: store.create("a/lock", b"%d" % number), range(8)))

    assert made.count(True) == 1
    assert store.read("a/lock") == b"%d" % made.index(True)


def test_a_version_is_another_after_every_write(store: FileStore) -> None:
    versions = set()
    for _ in range(3):
        store.write("a/state.json", b"the same")
        versions.add(store.versions("a/state")["a/state.json"])

    assert len(versions) == 3
    assert store.versions("a/other") == {}


def test_a_folder_that_cannot_be_written_is_said_in_one_line(store: FileStore, tmp_path: Path) -> None:
    (tmp_path / "a").touch()

    for fails in (lambda: store.write("a/b", b""), lambda: store.create("a/b", b""), lambda: store.read("a/b")):
        with pytest.raises(UserError, match=r"^\S+/a/b cannot be \w+: (Not a directory|File exists); see that"):
            fails()


def test_a_note_holds_while_the_state_is_as_it_was(store: FileStore, write_state: Callable[..., None]) -> None:
    index = ReadsIndex(store, "dev")
    write_state("compute", "one")
    noted_of(index, "compute")

    assert index.look_up("compute") == UP
    # Its backup and its tags are not the state.
    write_state("compute", "before", "dev.json.bak")
    write_state("compute", "before", "dev2.json")
    assert index.look_up("compute") == UP

    write_state("compute", "two")
    found = index.look_up("compute")
    assert isinstance(found, Unknown)
    assert found.reason.startswith("its state was changed since it was noted, by `pulumi` itself or by a run that was")


def test_a_note_is_out_of_date_while_the_engine_is_at_work(
    store: FileStore, write_state: Callable[..., None], tmp_path: Path
) -> None:
    index = ReadsIndex(store, "dev")
    write_state("compute", "one")
    noted_of(index, "compute")
    write_state("compute", "two")
    lock = tmp_path / ".pulumi" / "locks" / "organization" / "tapstack-compute" / "dev" / "lock.json"
    lock.parent.mkdir(parents=True)
    lock.touch()

    assert index.look_up("compute") == Unknown("its state is being changed, or was by a run that was cut short")


def test_a_stack_that_is_not_there_reads_nothing_and_one_without_a_note_is_not_known(
    store: FileStore, write_state: Callable[..., None]
) -> None:
    index = ReadsIndex(store, "dev")
    assert index.look_up("compute") == Note(is_up=False, reads={})

    write_state("compute", "one", "dev.json.gz")
    assert index.look_up("compute") == Unknown("it was never noted")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lambda whole: whole[: len(whole) // 2], id="cut short"),
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda _: b"[]", id="a list"),
        pytest.param(lambda _: b"\xff\xfe", id="no text"),
        pytest.param(lambda whole: whole.replace(b'"format": 1', b'"format": 2'), id="of another form"),
        pytest.param(lambda whole: whole.replace(b'"is_up": true', b'"is_up": "yes"'), id="of other types"),
        pytest.param(lambda whole: whole.replace(b'"fields"', b'"field"'), id="without fields"),
        pytest.param(lambda whole: whole.replace(b'"holds": null', b'"holds": {"data": 1}'), id="holding a number"),
        pytest.param(lambda whole: whole.replace(b'"version": 1', b'"version": {}'), id="without a version"),
    ],
)
def test_a_note_that_is_not_whole_says_nothing(
    store: FileStore, write_state: Callable[..., None], content: Callable[[bytes], bytes]
) -> None:
    index = ReadsIndex(store, "dev")
    write_state("compute", "one")
    noted_of(index, "compute")
    key = reads_key("compute", "dev")
    store.write(key, content(store.read(key) or b""))

    found = index.look_up("compute")

    assert found == Unknown(".tapstack/reads/tapstack-compute/dev.json of the backend is not as it was written")


def test_a_second_command_on_a_layer_or_one_joined_to_it_is_told_by_whom(store: FileStore) -> None:
    locks = StackLocks(store, "dev")
    with locks.taken(["data"], "up"):
        for layers in (["data"], ["compute"], ["api-edge"], ["network", "compute"]):
            with pytest.raises(UserError) as refused, locks.taken(layers, "destroy"):
                pass
            told = f"data: stack 'dev' is being worked on by `up` (pid {os.getpid()}, "
            assert f"{refused.value}".startswith(told), layers
            assert "If its process is gone: rm " in f"{refused.value}"
        for layers in (["data"], ["compute"]):
            with (
                pytest.raises(UserError, match="data: stack 'dev' is being worked on by `up`"),
                locks.unchanged(layers),
            ):
                pass
        with locks.taken(["network"], "up"), StackLocks(store, "prod").taken(["data"], "up"):
            pass
        # Those that were refused have let go of what they had taken.
        assert list(store.versions(".tapstack/locks/")) == [lock_key("data", "dev")]
    assert not store.versions(".tapstack/locks/")


def test_who_only_looks_is_told_that_the_state_changed_meanwhile(
    store: FileStore, write_state: Callable[..., None]
) -> None:
    locks = StackLocks(store, "dev")
    write_state("data", "one")

    told = r"^data: the state of stack 'dev' was changed while this command looked at it; run it again$"
    with pytest.raises(UserError, match=told), locks.unchanged(["compute"]):
        write_state("data", "two")
    with locks.unchanged(["network"]):
        write_state("data", "three")


def test_a_lock_whose_process_is_gone_from_this_machine_is_taken_over(
    store: FileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack_locks, "cache_folder", lambda: tmp_path / "cache")
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    gone = {**json.loads(Holder.of("up").content()), "pid": int(ended.stdout)}
    key = lock_key("data", "dev")
    store.write(key, json.dumps(gone).encode())

    with StackLocks(store, "dev").taken(["compute"], "up"):
        pass
    with StackLocks(store, "dev").taken(["data"], "up"):
        assert store.read(key)

    store.write(key, json.dumps({**gone, "host": "elsewhere"}).encode())
    with (
        pytest.raises(UserError, match=r"worked on by `up` .*@elsewhere"),
        StackLocks(store, "dev").taken(["data"], "up"),
    ):
        pass


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"command": "up"}', NO_PID])
def test_a_lock_that_does_not_say_whose_it_is_holds_all_the_same(store: FileStore, content: bytes) -> None:
    store.write(lock_key("data", "dev"), content)

    with (
        pytest.raises(UserError, match="worked on by another command; wait"),
        StackLocks(store, "dev").taken(["data"], "up"),
    ):
        pass


def test_a_user_without_a_name_is_told_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr("tapstack.engine.holder.getpass.getuser", nameless)

    assert Holder.of("up").user == f"{os.getuid()}"


def noted_of(index: ReadsIndex, layer: str) -> None:
    version = index.version(layer)
    assert version
    index.write(layer, version, UP)
