"""The mutants that are made are those that matter, and what is listed as living is one of them."""

from pathlib import Path

import pytest

from mutation import mutants
from mutation.mutants import FUNCTIONS, Mutant, mutants_of, source_files
from mutation.survivors import SURVIVORS, disagreements, listed

SOURCE = '''"""A module."""

from functools import cache
from typing import Final

LIMIT: Final = 3
Names = dict[str, int]


@cache
def within(amount: int, limit: int = LIMIT) -> bool:
    """Tell."""
    return amount < limit and amount < 9
'''


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Mutant]:
    monkeypatch.setattr(mutants, "FUNCTIONS", tmp_path)
    return made_of(tmp_path, SOURCE)


def made_of(folder: Path, source: str) -> list[Mutant]:
    file = folder / "amounts.py"
    file.write_text(source, encoding="utf-8")
    return mutants_of(file)


def test_what_a_module_and_a_decorated_function_hold_is_changed_and_types_are_not(made: list[Mutant]) -> None:
    assert [(mutant.place, mutant.becomes) for mutant in made] == [
        ("", "LIMIT: Final = None"),
        ("", "LIMIT: Final = 4"),
        ("within", "return amount < limit or amount < 9"),
        ("within", "return amount <= limit and amount < 9"),
        ("within", "return amount < limit and amount <= 9"),
        ("within", "return amount < limit and amount < 10"),
    ]
    assert [mutant.function for mutant in made] == ["", "", *["within"] * 4]


def test_a_mutant_is_the_same_one_wherever_its_lines_are(made: list[Mutant], tmp_path: Path) -> None:
    moved = made_of(tmp_path, SOURCE.replace('"""A module."""', '"""A module.\n\nOf two lines.\n"""\n\nMORE = []'))

    assert [mutant.name for mutant in made] == [mutant.name for mutant in moved if "MORE" not in mutant.becomes]
    assert not {mutant.digest for mutant in made} & {mutant.digest for mutant in moved}


def test_two_that_look_alike_have_two_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutants, "FUNCTIONS", tmp_path)
    twice = made_of(tmp_path, "def both():\n    act(1)\n    act(1)\n")

    assert len({mutant.name for mutant in twice}) == len(twice)


def test_every_listed_survivor_is_a_mutant_of_the_code_as_it_is() -> None:
    names = set(listed())
    files = {name.partition(" ")[0] for name in names}
    found = {mutant.name for file in files for mutant in mutants_of(FUNCTIONS / file)}

    assert names - found == set()


def test_what_lives_unlisted_and_what_is_listed_and_dies_are_told() -> None:
    verdicts = {"a.py f: x -> y": False, "a.py f: x -> z": True, "a.py f: x -> w": False}
    reasons = {
        "a.py f: x -> z": "equal",
        "a.py f: x -> w": "equal",
        "a.py g: gone -> y": "equal",
        "b.py g: x -> y": "equal",
    }

    assert list(disagreements(verdicts, reasons, {"a.py"})) == [
        "lives, and is not listed: a.py f: x -> y",
        "is listed, and dies: a.py f: x -> z",
        "is listed, and is no mutant: a.py g: gone -> y",
    ]


def test_a_survivor_needs_a_reason_and_is_listed_once(tmp_path: Path) -> None:
    document = tmp_path / SURVIVORS.name
    document.write_text('[[survivors]]\nreason = " "\nmutants = ["a"]\n', encoding="utf-8")
    with pytest.raises(ValueError, match="gives no reason"):
        listed(document)
    document.write_text('[[survivors]]\nreason = "r"\nmutants = ["a", "a"]\n', encoding="utf-8")
    with pytest.raises(ValueError, match="2 times"):
        listed(document)


def test_files_are_chosen_by_how_their_paths_begin() -> None:
    chosen = source_files(["transactions/velocity/", "validator/cursors"])

    assert {path.name for path in chosen} == {
        "__init__.py",
        "card.py",
        "history.py",
        "merchant.py",
        "windows.py",
        "cursors.py",
    }
