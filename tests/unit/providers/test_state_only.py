"""Types without a row that the lane is told to keep in the state alone."""

from pathlib import Path

import pytest

from tapstack.providers import SettingsError, state_only_types
from tapstack.providers.clients import ProviderError
from tapstack.providers.provider import Provider
from tapstack.providers.state_only import rows_with_state_only
from tapstack.providers.tables import ROWS

EMAIL = "aws:ses/emailIdentity:EmailIdentity"
REASON = "nothing here sends mail"


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "lane.toml"
    file.write_text(f'[state_only]\n"{EMAIL}" = "{REASON}"\n', encoding="utf-8")
    return file


@pytest.fixture
def aws(settings: Path) -> Provider:
    return Provider("aws", rows_with_state_only(ROWS, settings))


def test_without_the_setting_the_type_is_refused_with_the_file_for_a_row_and_the_setting() -> None:
    with pytest.raises(ProviderError) as caught:
        Provider("aws").check(EMAIL, "x", {}, {}, b"")
    words = f"{caught.value}"
    assert words.startswith(f"{EMAIL}: the stand-in provider does not know this resource type")
    assert "give it a row in shared/tapstack/providers/tables/ses.py" in words
    assert f'"{EMAIL}" = "why" below [state_only] in projects/lane.toml' in words


@pytest.mark.parametrize(
    ("token", "place"),
    [
        ("aws:lambda/layerVersion:LayerVersion", "tables/lambda_.py"),
        ("aws:ec2/dedicatedHost:DedicatedHost", "tables/ec2/"),
    ],
)
def test_a_row_belongs_where_its_service_is(token: str, place: str) -> None:
    with pytest.raises(ProviderError, match=f"give it a row in shared/tapstack/providers/{place},"):
        Provider("aws").check(token, "x", {}, {}, b"")


def test_its_inputs_are_checked_like_any_other_s(aws: Provider) -> None:
    _, problems = aws.check(EMAIL, "x", {}, {"emial": "a@example.org"}, b"")
    assert [f"{problem}" for problem in problems] == [
        "emial: unknown property; did you mean `email`?",
        "email: required property is missing",
    ]


def test_it_lives_from_creation_to_deletion_in_the_state_alone(aws: Provider) -> None:
    inputs, problems = aws.check(EMAIL, "x", {}, {"email": "a@example.org"}, b"")
    assert not problems
    new_id, outputs, _ = aws.create(EMAIL, "x", inputs, preview=False)
    assert (new_id, outputs["email"], outputs["arn"]) == ("x", "a@example.org", "arn:aws:ses:::x")
    assert aws.read(EMAIL, new_id, inputs, outputs) == (new_id, inputs, outputs, set())
    wanted = {"email": "b@example.org"}
    assert not aws.diff(EMAIL, "x", inputs, wanted).replaces
    assert aws.update(EMAIL, new_id, inputs, wanted, outputs, preview=False)[0]["email"] == "b@example.org"
    aws.delete(EMAIL, new_id, wanted, outputs)


def test_what_cannot_be_found_in_the_state_cannot_be_imported(aws: Provider) -> None:
    with pytest.raises(ProviderError, match="lives in the state alone: there is nothing to import"):
        aws.read(EMAIL, "x", {}, {})


def test_the_summary_tells_it_with_its_reason(settings: Path) -> None:
    assert state_only_types(settings)[EMAIL] == REASON
    assert EMAIL not in state_only_types(settings.parent / "none.toml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[state_only", "not TOML"),
        ("[state_onyl]", "unknown key 'state_onyl'; there is the table"),
        ("state_only = 3", "must be a table of resource types, each with a reason"),
        ('[state_only]\n"ses" = "x"', "'ses' is no resource type; write it as in aws:ses/emailIdentity:EmailIdentity"),
        ('[state_only]\n"aws:sqs/queue:Queue" = "x"', "aws:sqs/queue:Queue has a row in the tables; take it out"),
        (f'[state_only]\n"{EMAIL}" = ""', "must have its reason in one line"),
        (f'[state_only]\n"{EMAIL}" = 1', "must have its reason in one line"),
    ],
)
def test_a_bad_setting_is_refused_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "lane.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        state_only_types(file)
    assert words in f"{caught.value}"
    assert f"{caught.value}".startswith(f"{file}: ")
    assert "\n" not in f"{caught.value}"
