"""States that are not whole, on the real engine: one line that names the state and the way out."""

from pathlib import Path

import pytest

from support.small_layers import STACK, SmallLayers


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallLayers:
    """Two layers with stacks that hold nothing."""
    root = tmp_path_factory.mktemp("states")
    (root / "states").mkdir()
    small = SmallLayers.made(root / "checkout", f"file://{root}/states")
    for layer in ("network", "data"):
        small.pulumi(layer, "stack", "init", STACK)
    return small


@pytest.mark.parametrize(
    ("content", "commands"),
    [
        pytest.param(lambda whole: whole[: len(whole) // 2], ("plan data", "destroy data --yes"), id="cut short"),
        pytest.param(lambda _: b"", ("drift data",), id="empty"),
        pytest.param(lambda _: b"[]", ("up data --yes",), id="something else"),
    ],
)
def test_a_state_that_is_not_whole_is_told_as_that_and_left_as_it_is(
    small: SmallLayers, content: object, commands: tuple[str, ...]
) -> None:
    file = Path(small.variables["PULUMI_BACKEND_URL"].removeprefix("file://"))
    file /= f".pulumi/stacks/tapstack-data/{STACK}.json"
    whole = file.read_bytes()
    cut = content(whole)  # type: ignore[operator]
    file.write_bytes(cut)
    try:
        for command in commands:
            done = small.run(*command.split())
            assert done.returncode == 1
            line = next(line for line in done.stderr.splitlines() if line.startswith("error: "))
            assert line.startswith("error: data: the state of stack 'dev' is cut short or damaged: ")
            assert "put the last good one back at .pulumi/stacks/tapstack-data/dev.json of the backend: " in line
            assert "credentials" not in line
            assert "Traceback" not in done.stderr
            assert file.read_bytes() == cut
    finally:
        file.write_bytes(whole)
