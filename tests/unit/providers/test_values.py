"""Values on the wire and back."""

from typing import Any

import pytest
from google.protobuf import struct_pb2  # type: ignore[import-untyped]
from pulumi.runtime import rpc

from tapstack.providers.values import UNKNOWN, Blob, Secret, has_unknown, marshal, plain, secret_keys, unmarshal

SIGNATURE = rpc._special_sig_key
ARCHIVE = rpc._special_archive_sig
ASSET = rpc._special_asset_sig
SECRET = rpc._special_secret_sig


def wire(**props: Any) -> struct_pb2.Struct:
    message = struct_pb2.Struct()
    message.update(props)
    return message


@pytest.mark.parametrize(
    "value", [None, True, 7, 1.5, "text", [], {}, [1, {"a": [None]}], Secret({"a": "b"}), [Secret(1)], UNKNOWN]
)
def test_a_value_comes_back_as_it_went(value: Any) -> None:
    assert unmarshal(marshal({"key": value})) == {"key": value}


def test_a_whole_number_stays_whole() -> None:
    value = unmarshal(wire(key=3))["key"]
    assert isinstance(value, int)


def test_the_sdk_s_marks_are_understood() -> None:
    sent = wire(
        unknown=rpc.UNKNOWN,
        secret={SIGNATURE: SECRET, "value": "hush"},
        archive={SIGNATURE: ARCHIVE, "hash": "1", "assets": {"a": {SIGNATURE: ASSET, "hash": "2", "text": "x"}}},
    )
    props = unmarshal(sent)
    assert props["unknown"] is UNKNOWN
    assert props["secret"] == Secret("hush")
    assert props["archive"].field("assets")["a"].field("text") == "x"
    assert marshal(props) == sent


def test_an_archive_that_came_back_with_its_hash_alone_is_the_same_archive() -> None:
    sent = unmarshal(wire(code={SIGNATURE: ARCHIVE, "hash": "1", "path": "/function.zip"}))
    back = unmarshal(wire(code={SIGNATURE: ARCHIVE, "hash": "1"}))
    assert sent == back
    assert sent["code"] == Blob(is_archive=True, hash="1")


def test_a_mark_nobody_knows_is_refused_by_its_name() -> None:
    with pytest.raises(ValueError, match="unknown kind deadbeef"):
        unmarshal(wire(key={SIGNATURE: "deadbeef"}))


def test_secret_outputs_are_marked_as_a_whole_and_once() -> None:
    sent = marshal({"key": {"a": Secret("b")}, "open": 1, "gone": None}, ["key", "gone"])
    assert unmarshal(sent) == {"key": Secret({"a": "b"}), "open": 1, "gone": None}


def test_secrets_and_unknowns_are_found_at_every_depth() -> None:
    props = {"a": [{"b": Secret("s")}], "c": Secret({"d": UNKNOWN}), "e": "f"}
    assert secret_keys(props) == {"a", "c"}
    assert has_unknown(props)
    assert not has_unknown({"e": ["f"]})
    assert plain(props) == {"a": [{"b": "s"}], "c": {"d": UNKNOWN}, "e": "f"}
