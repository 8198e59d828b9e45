"""Footprints: what is read from the sources is what the programs use, and a change touches those that use the file."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from support.mocked_program import Program
from tapstack.console.errors import UserError
from tapstack.deploy.footprint import EVERY_LAYER, footprint, touched
from tapstack.layers import LAYERS

# Layers that teams add come on top.
FOUR = ("network", "data", "compute", "api-edge")
Used = Callable[[str], frozenset[str]]
CONFIG: Mapping[str, Mapping[str, Any]] = {"compute": {"functionPlatform": "native"}}


_SEEN: dict[str, frozenset[str]] = {}


@pytest.fixture
def used(run_layer: Callable[..., Program]) -> Used:
    """Tell which files of the checkout a layer's program used; each runs once."""

    def run(layer: str) -> frozenset[str]:
        if layer not in _SEEN:
            _SEEN[layer] = run_layer(layer, CONFIG.get(layer)).files
        return _SEEN[layer]

    return run


@pytest.mark.parametrize("layer", LAYERS)
def test_every_file_that_a_program_uses_is_in_its_footprint(layer: str, used: Used) -> None:
    files = used(layer)

    assert f"projects/{layer}/__main__.py" in files
    assert "shared/tapstack/program/naming.py" in files
    assert [file for file in sorted(files) if not footprint(layer).covers(file)] == []


@pytest.mark.parametrize("layer", LAYERS)
def test_a_program_uses_everything_in_its_footprint(layer: str, used: Used) -> None:
    files = used(layer)

    # The lock file makes the environment that the program runs in, and policies judge it; it opens neither itself.
    for glob in set(footprint(layer).globs) - {"policies/**", "pyproject.toml", "uv.lock"}:
        assert any(file.startswith(glob.removesuffix("**")) for file in files), glob


def test_packaged_functions_are_used_to_the_last_file(used: Used) -> None:
    assert {file for file in used("compute") if file.startswith("functions/transactions/")} > {
        "functions/transactions/store.py",
        "functions/transactions/py.typed",
    }


@pytest.mark.parametrize(
    ("changed", "layers"),
    [
        ("projects/data/queues.py", ("data",)),
        ("functions/notifier/handler.py", ("compute",)),
        ("functions/validator/deleted_since.py", ("compute",)),
        ("functions/transactions/rules.py", ("compute", "api-edge")),
        ("functions/transactions/money.py", ("compute", "api-edge")),
        ("functions/transactions/agreed/tables.py", ("data", "compute", "api-edge")),
        ("functions/transactions/agreed/webhooks.py", ("network", "data", "compute", "api-edge")),
        ("functions/transactions/agreed/environments.py", ("compute",)),
        ("functions/transactions/agreed/merchant_ids.py", ("compute", "api-edge")),
        ("functions/transactions/webhooks/delivery.py", ("compute",)),
        ("functions/validator/problems.py", ("compute",)),
        ("projects/api-edge/openapi.py", ("api-edge",)),
        ("shared/tapstack/program/packaging.py", ("compute",)),
        ("shared/tapstack/contracts/network.py", ("network", "compute")),
        ("shared/tapstack/program/naming.py", FOUR),
        ("uv.lock", FOUR),
        ("shared/tapstack/generate/openapi.py", ()),
        ("shared/tapstack/lane/lane.py", ()),
        ("README.md", ()),
        ("projects/database/__main__.py", ()),
    ],
)
def test_a_change_touches_the_layers_that_use_the_file(changed: str, layers: tuple[str, ...]) -> None:
    assert touched(FOUR, [changed]) == layers


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small checkout, in which a layer imports in every way there is."""
    files = {
        "projects/shop/__main__.py": "from till import open_till\nimport common.names\n",
        "projects/shop/till.py": "import names\n\ndef open_till():\n    from common import lazily\n",
        "projects/shop/names.py": "",
        "projects/shop/aside.py": "import common.nobody\n",
        "shared/names.py": "",
        "shared/common/__init__.py": "import typing\nif typing.TYPE_CHECKING:\n    import common.types_only\n",
        "shared/common/names.py": "from .inner import deep as d\nfrom . import beside\n",
        "shared/common/beside.py": "",
        "shared/common/lazily.py": "from common.inner import *\n",
        "shared/common/types_only.py": "",
        "shared/common/nobody.py": "",
        "shared/common/inner/__init__.py": "",
        "shared/common/inner/deep.py": "import os.path\nimport pulumi\nfrom ..circle import thing\n",
        "shared/common/circle.py": "import common.inner.deep\nthing = 1\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_imports_are_followed_file_by_file(checkout: Path) -> None:
    assert set(footprint("shop", checkout).globs) - set(EVERY_LAYER) == {
        "projects/shop/**",
        "shared/common/__init__.py",
        "shared/common/beside.py",
        "shared/common/circle.py",
        "shared/common/inner/__init__.py",
        "shared/common/inner/deep.py",
        "shared/common/lazily.py",
        "shared/common/names.py",
    }


WAYS = {
    "a package without __init__.py": {
        "projects/shop/__main__.py": "import bare.deep.module\n",
        "shared/bare/deep/module.py": "",
    },
    "a name taken out of a package without __init__.py": {
        "projects/shop/__main__.py": "from bare import module\n",
        "functions/bare/module.py": "",
    },
    "a relative import in a sub-package of the project": {
        "projects/shop/__main__.py": "import parts.one\n",
        "projects/shop/parts/one.py": "from . import two\nfrom .three import x\n",
        "projects/shop/parts/two.py": "import common.far\n",
        "projects/shop/parts/three/__init__.py": "from ..four import x\n",
        "projects/shop/parts/four.py": "import common.farther\n",
        "shared/common/far.py": "",
        "shared/common/farther.py": "",
    },
    "importlib": {
        "projects/shop/__main__.py": "import importlib\nimportlib.import_module('common.late')\n",
        "shared/common/late.py": "from importlib import import_module as load\n__import__('common.later')\n",
        "shared/common/later.py": "from importlib import import_module\nimport_module('.latest', 'common')\n",
        "shared/common/latest.py": "",
    },
    "a data file beside a module": {
        "projects/shop/__main__.py": "import common.prices\n",
        "shared/common/prices.py": "from pathlib import Path\nPath(__file__).with_name('prices.json').read_text()\n",
        "shared/common/prices.json": "{}",
    },
    "a data file in a folder below": {
        "projects/shop/__main__.py": "import common.prices\n",
        "shared/common/prices.py": "from pathlib import Path\nPath(__file__).parent / 'data' / 'prices.csv'\n",
        "shared/common/data/prices.csv": "",
    },
    "a folder of data": {
        "projects/shop/__main__.py": "import common.prices\n",
        "shared/common/prices.py": "from pathlib import Path\nsorted((Path(__file__).parent / 'data').glob('*'))\n",
        "shared/common/data/prices.csv": "",
    },
    "a data file of the checkout": {
        "projects/shop/__main__.py": "import common.prices\n",
        "shared/common/prices.py": "from pathlib import Path\nopen(Path(__file__).parents[2] / 'config/prices.toml')\n",
        "config/prices.toml": "",
    },
}


@pytest.mark.parametrize("files", WAYS.values(), ids=WAYS)
def test_whatever_way_a_program_comes_by_a_file_it_is_in_its_footprint(files: dict[str, str], tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")

    found = footprint("shop", tmp_path)

    assert [name for name in files if not found.covers(name)] == []


def test_what_commands_have_written_into_hidden_folders_is_used_by_no_layer(tmp_path: Path) -> None:
    program = "from pathlib import Path\nPath(__file__).parents[2] / '.tapstack' / 'graph'\nPath('.')\nPath('..')\n"
    for name, text in {"projects/shop/__main__.py": program, ".tapstack/graph/layers.svg": ""}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")

    assert set(footprint("shop", tmp_path).globs) - set(EVERY_LAYER) == {"projects/shop/**"}


def test_what_a_link_in_a_packaged_function_leads_to_is_used(tmp_path: Path) -> None:
    files = {
        "projects/shop/__main__.py": "from tapstack.program import packaging\npackaging.package('till')\n",
        "shared/tapstack/program/packaging.py": "",
        "functions/till/__init__.py": "",
        "functions/words/en.json": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "functions" / "till" / "words").symlink_to("../words")

    assert footprint("shop", tmp_path).covers("functions/words/de.json")


def test_a_module_that_is_no_python_is_named_in_one_line(checkout: Path) -> None:
    (checkout / "shared" / "common" / "names.py").write_bytes(b"x = '\xff'\n")

    with pytest.raises(UserError, match=r"^shared/common/names\.py:1 is not valid Python: "):
        footprint("shop", checkout)


def test_a_layer_without_a_program_has_no_footprint(checkout: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"projects/stall/__main__\.py"):
        footprint("stall", checkout)
