"""`graph`, as a shell sees it: what it writes, and that it writes nothing where something is wrong."""

from pathlib import Path
from typing import Any

import pytest

from tapstack.cli.main import main

Captured = pytest.CaptureFixture[str]
States = dict[str, Any]


@pytest.fixture
def deployed(script: Any, run_command: Any, states: States) -> States:
    """Two layers in an environment."""
    script.states |= {layer: {"resources": resources} for layer, resources in states.items()}
    return states


def test_it_writes_three_files_and_names_them(deployed: States, tmp_path: Path, capsys: Captured) -> None:
    output = tmp_path / "new" / "folder"

    assert main(["graph", "--output", f"{output}"]) == 0

    told = capsys.readouterr()
    names = ("layers.svg", "layers.png", "layers.mmd")
    assert told.out.splitlines() == [
        "2 layers, 6 resources, 5 outputs, 2 uses across layers",
        *(f"{output / name}" for name in names),
    ]
    assert told.err == "not up, and not in the picture: network, api-edge\n"
    assert {file.name for file in output.iterdir()} == set(names)


def test_without_a_layer_that_is_up_it_says_how_to_get_one(run_command: Any, tmp_path: Path, capsys: Captured) -> None:
    assert main(["graph", "--stack", "dev", "--output", f"{tmp_path / 'out'}"]) == 1

    assert capsys.readouterr() == ("", "error: no layer of dev is up; deploy them: .venv/bin/tapstack --stack dev up\n")
    assert not (tmp_path / "out").exists()


def test_an_output_that_is_no_folder_is_named(deployed: States, tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "file").write_text("kept", encoding="utf-8")

    assert main(["graph", "--output", f"{tmp_path / 'file' / 'out'}"]) == 1

    why = "cannot be written to: Not a directory; make it writable, or name another with --output"
    assert capsys.readouterr().err.endswith(f"error: {tmp_path / 'file' / 'out'} {why}\n")
    assert (tmp_path / "file").read_text(encoding="utf-8") == "kept"


def test_a_disk_that_fills_up_leaves_the_old_files(
    deployed: States, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "layers.svg").write_text("old", encoding="utf-8")
    write = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if path.name == "layers.mmd":
            raise OSError(28, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)

    assert main(["graph", "--output", f"{tmp_path}"]) == 1

    assert "cannot be written to: No space left on device" in capsys.readouterr().err
    assert (tmp_path / "layers.svg").read_text(encoding="utf-8") == "old"
    assert {item.name for item in tmp_path.iterdir() if item.name != "lane"} == {"layers.svg"}
