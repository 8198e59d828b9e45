"""The layers' table: order, waves, and what it refuses."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tapstack import layers
from tapstack.layers import LAYERS, LayersError, downstream, read_layers, waves

# Layers that teams add come on top.
FOUR = ("network", "data", "compute", "api-edge")


def test_a_layer_comes_after_those_it_reads_wherever_it_stands_in_the_file() -> None:
    found = read_layers('[edge]\nreads = ["base"]\nowners = []\n[base]\nreads = []\nowners = ["@team"]\n')

    assert list(found) == ["base", "edge"]
    assert found["base"].owners == ("@team",)


def test_network_and_data_deploy_side_by_side_and_the_rest_one_after_the_other() -> None:
    assert waves(FOUR) == [("network", "data"), ("compute",), ("api-edge",)]
    assert tuple(layer for layer in LAYERS if layer in FOUR) == FOUR


def test_waves_of_some_layers_leave_the_others_out() -> None:
    assert waves(["api-edge", "data"]) == [("data",), ("api-edge",)]


def test_downstream_are_those_that_read() -> None:
    assert tuple(layer for layer in downstream("data") if layer in FOUR) == ("compute", "api-edge")
    assert not set(downstream("api-edge")).intersection(FOUR)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[a]\nreads = ["b"]\nowners = []\n[b]\nreads = ["a"]\nowners = []\n', "in a circle: a → b → a"),
        ('[a]\nreads = ["a"]\nowners = []\n', "in a circle: a → a"),
        ('[a]\nreads = ["nowhere"]\nowners = []\n', r"\[a\]: it reads 'nowhere'.*; the layers are a$"),
        ('[a]\nreads = ["bass"]\nowners = []\n[base]\nreads = []\nowners = []\n', "'bass'.*; did you mean 'base'"),
        ("[a]\nreads = []\n", r"\[a\]: it needs `reads` and `owners`, and has reads"),
        ("[a]\n", r"\[a\]: it needs `reads` and `owners`, and has neither"),
        ("a = 3\n", r"\[a\]: it is 3, and a layer is a table; write \[a\]"),
        ('[a]\nreads = "b"\nowners = []\n', "`reads` is 'b', and must be a list of texts"),
        ("[a]\nreads = [1]\nowners = []\n", r"`reads` is \[1\], and must be a list of texts"),
        ('[a]\nreads = []\nowners = "@x/y"\n', r"`owners` is '@x/y', and must be .* write it as owners = \[\"@org"),
        ('[a]\nreads = []\nowners = ["x"]\n', "owner 'x' is none that CODEOWNERS takes; write @user or @org"),
        ('[a]\nreads = []\nowners = ["@x", "@x"]\n', "`owners` has '@x' twice; take one out"),
        ('[a]\nreads = []\nowners = ["@x"]\nowners = ["@y"]\n', "is not TOML: Cannot overwrite a value .*line 4"),
        ("[a]\nreads = []\nowners = []\n[a]\nreads = []\nowners = []\n", "is not TOML: Cannot declare .*'a'"),
        ("[a\n", "is not TOML: .*line 1.*; correct it there"),
        ("[A]\nreads = []\nowners = []\n", "'A' cannot be a layer's name"),
        ("[bootstrap]\nreads = []\nowners = []\n", "'bootstrap' cannot be a layer's name"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_in_one_line_that_names_file_key_and_value(text: str, said: str) -> None:
    with pytest.raises(LayersError, match=said) as caught:
        read_layers(text)

    assert f"{caught.value}".startswith("projects/layers.toml")
    assert "\n" not in f"{caught.value}"


@pytest.mark.parametrize("content", [b"data = 3\n", b"# \xff\n", None])
def test_whoever_works_with_the_layers_ends_in_one_line_where_their_table_cannot_be_read(
    content: bytes | None, tmp_path: Path
) -> None:
    copied = tmp_path / "shared" / "tapstack" / "layers.py"
    copied.parent.mkdir(parents=True)
    shutil.copy(layers.__file__, copied)
    (tmp_path / "projects").mkdir()
    if content is not None:
        (tmp_path / "projects" / "layers.toml").write_bytes(content)

    done = subprocess.run([sys.executable, str(copied)], capture_output=True, text=True, encoding="utf-8", check=False)

    assert done.returncode == 1
    assert done.stderr.startswith("error: projects/layers.toml")
    assert done.stderr.count("\n") == 1
