"""How a program ends that makes the new beside the old."""

import pulumi
import pytest

from tapstack.program import expansion


def test_a_program_ends_in_an_error_of_its_own_where_it_expands_and_in_no_preview(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expansion.end()
    monkeypatch.setenv(expansion.VARIABLE, "true")
    with pytest.raises(pulumi.RunError, match=f"^{expansion.ENDING}$"):
        expansion.end()

    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: True)
    expansion.end()
