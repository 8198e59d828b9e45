"""The picture of the layers in the repository: the README's block and the document, of a lane with all layers up."""

from pathlib import Path
from typing import Any

import pytest

from tapstack.console.errors import UserError
from tapstack.generate import pictures
from tapstack.generate.writing import generate
from tapstack.layers import LAYERS


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with a README and a picture of earlier."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "layers.svg").write_text("earlier", encoding="utf-8")
    return tmp_path


@pytest.fixture
def drawn(script: Any, states: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """A scripted environment in place of the lane, in which all layers are up."""
    monkeypatch.setattr(pictures, "LaneEnvironment", lambda lane: script)
    script.states |= {layer: {"resources": states["data"]} for layer in LAYERS}
    script.states |= {layer: {"resources": resources} for layer, resources in states.items()}
    return script


def test_the_picture_goes_into_the_readme_and_beside_it(drawn: Any, checkout: Path) -> None:
    (checkout / "README.md").write_text("# T\n<!-- layers -->\n<!-- /layers -->\n", encoding="utf-8")

    assert list(generate(["layers"], root=checkout)) == ["wrote README.md", "wrote docs/layers.svg"]

    readme = (checkout / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("# T\n<!-- layers -->\n")
    assert "flowchart LR" in readme
    assert "after a change: `tapstack generate layers`" in readme
    assert (checkout / "docs" / "layers.svg").read_text(encoding="utf-8").startswith("<svg ")


def test_a_readme_without_a_place_for_the_picture_leaves_both_alone(drawn: Any, checkout: Path) -> None:
    (checkout / "README.md").write_text("# T\n", encoding="utf-8")

    with pytest.raises(UserError, match="must stand in it once"):
        list(generate(["layers"], root=checkout))

    assert (checkout / "docs" / "layers.svg").read_text(encoding="utf-8") == "earlier"


def test_no_picture_is_drawn_of_a_lane_without_all_layers(drawn: Any, checkout: Path) -> None:
    del drawn.states["compute"]

    with pytest.raises(UserError, match=r"layer 'compute' is not up in the lane; bring all layers up: \S+ local"):
        list(generate(["layers"], root=checkout))
