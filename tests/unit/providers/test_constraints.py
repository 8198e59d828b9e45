"""What AWS's models say of parameters, each constraint broken once at a preview; no emulator."""

import re
from typing import Any

import pytest

from tapstack.providers.clients import ProviderError
from tapstack.providers.rules.constraints import CODES, Constraint, constraints_of, require_shapes
from tapstack.providers.tables import ROWS
from tapstack.providers.values import UNKNOWN

CONSTRAINTS = [
    (token, key, constraint) for token, row in ROWS.items() for key, constraint in constraints_of(token, row).items()
]
ODD = ["a b", "é", "€", "€ ", "\n", ":", " "]


def wrong_values(constraint: Constraint) -> list[Any]:
    found: list[Any] = []
    if constraint.most is not None:
        found.append("a" * (constraint.most + 1) if constraint.is_text else constraint.most + 1)
    if constraint.least:
        found.append("a" * (constraint.least - 1) if constraint.is_text else constraint.least - 1)
    if constraint.pattern:
        found.append(next(odd for odd in ODD if not re.fullmatch(constraint.pattern, odd, re.DOTALL)))
    return found


@pytest.mark.parametrize(("token", "key", "constraint"), CONSTRAINTS)
def test_a_value_against_aws_s_model_is_refused_in_its_words(token: str, key: str, constraint: Constraint) -> None:
    row = ROWS[token]
    for wrong in wrong_values(constraint):
        with pytest.raises(ProviderError) as refused:
            require_shapes(token, row, {key: wrong})
        shown = "Value" if constraint.is_secret else f"Value '{wrong}'"
        said = (
            rf"(1 validation error|2 validation errors) detected: {re.escape(shown)} at '{constraint.parameter}' failed"
        )
        service = (row.create.service if row.create else None) or row.service
        assert re.match(f"{CODES[service]}: {said} to satisfy constraint: Member must ", f"{refused.value}")


def test_no_constraint_is_lost() -> None:
    assert len(CONSTRAINTS) >= 78
    assert len({token for token, _, _ in CONSTRAINTS}) >= 19


def said(token: str, **inputs: Any) -> str:
    with pytest.raises(ProviderError) as refused:
        require_shapes(token, ROWS[token], inputs)
    return f"{refused.value}"


def test_a_name_that_is_too_long_is_refused_in_aws_s_words() -> None:
    name = "a" * 65
    assert said("aws:iam/role:Role", name=name) == (
        f"ValidationError: 1 validation error detected: Value '{name}' at 'roleName' failed to satisfy constraint: "
        "Member must have length less than or equal to 64"
    )


def test_a_name_of_other_characters_is_refused_in_aws_s_words() -> None:
    assert said("aws:cloudwatch/logGroup:LogGroup", name="a b") == (
        "InvalidParameterException: 1 validation error detected: Value 'a b' at 'logGroupName' failed to satisfy "
        r"constraint: Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+"
    )


def test_a_number_out_of_range_is_refused_in_aws_s_words() -> None:
    assert said("aws:lambda/eventSourceMapping:EventSourceMapping", maximumBatchingWindowInSeconds=301) == (
        "ValidationException: 1 validation error detected: Value '301' at 'maximumBatchingWindowInSeconds' failed to "
        "satisfy constraint: Member must have value less than or equal to 300"
    )


def test_two_faults_are_told_together_and_a_secret_is_not_shown() -> None:
    told = said("aws:secretsmanager/secretVersion:SecretVersion", secretId="", secretString="x" * 65_537)
    assert told.startswith("ValidationException: 2 validation errors detected: ")
    assert "; Value at 'secretString' failed to satisfy constraint: Member must have length less" in told
    assert "xx" not in told


def test_what_is_not_known_yet_is_left() -> None:
    require_shapes("aws:iam/role:Role", ROWS["aws:iam/role:Role"], {"name": UNKNOWN, "description": "x"})
