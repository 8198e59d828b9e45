"""The API's description: made from the code, in step with it, and true of what the validator answers."""

import json
from pathlib import Path
from typing import Any

import msgspec
from jsonschema_rs import Draft202012Validator

from support.api_description import openapi
from support.edge import Edge
from tapstack.generate.writing import generate
from transactions.agreed.api import problem_type
from transactions.agreed.tables import REVIEWED_EVENT
from transactions.transaction import Decision
from transactions.webhooks.notifications import EVENTS, TEST_EVENT
from validator.api import ROUTES
from validator.problems import KINDS

BODY = {
    "amount": 1250,
    "currency": "EUR",
    "card": {"token": "tok_abcd", "bin": "424242", "country": "DE", "expires": "2099-12"},
    "metadata": {"shop": "one"},
}


def test_the_file_is_what_the_code_makes() -> None:
    assert list(generate(["openapi"], check=True)) == []


def test_a_file_that_drifted_is_told_and_written_anew(tmp_path: Path) -> None:
    file = tmp_path / "docs" / "openapi.json"
    file.parent.mkdir()
    file.write_text("{}", encoding="utf-8")

    (told,) = generate(["openapi"], check=True, root=tmp_path)

    assert "tapstack generate openapi" in told
    assert file.read_text(encoding="utf-8") == "{}"
    assert list(generate(["openapi"], root=tmp_path)) == ["wrote docs/openapi.json"]
    assert list(generate(["openapi"], check=True, root=tmp_path)) == []


def test_every_problem_of_the_validator_is_in_it_with_its_status() -> None:
    operations = [item for path in openapi.openapi()["paths"].values() for item in path.values()]

    for status, slug, _ in KINDS.values():
        assert any(problem_type(slug) in json.dumps(item["responses"].get(f"{status}")) for item in operations)


def test_every_reference_leads_somewhere() -> None:
    document = openapi.openapi()

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if "$ref" in value else []
            return own + [found for inner in value.values() for found in references(inner)]
        return [found for inner in value for found in references(inner)] if isinstance(value, list) else []

    for reference in references(document):
        target: Any = document
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]


def test_the_validators_answers_are_of_the_types_it_describes() -> None:
    edge = Edge()

    accepted = edge.submit(BODY, "k").body
    assert msgspec.convert(accepted, openapi.PendingTransaction)
    edge.decide(accepted["id"], Decision("review", ["duplicate"], 50, 1, edge.at))
    assert msgspec.convert(edge.read(accepted["id"]).body, openapi.DecidedTransaction)


def test_it_says_how_long_a_key_is_known() -> None:
    key, _ = openapi.openapi()["paths"]["/v1/transactions"]["post"]["parameters"]

    assert "remembered as long as its transaction is kept" in key["description"]


def examples_in(value: Any) -> list[Any]:
    """Find every example of a document, and every schema it is for."""
    if isinstance(value, dict):
        own = [(value["schema"], each["value"]) for each in value.get("examples", {}).values() if "schema" in value]
        return own + [found for inner in value.values() for found in examples_in(inner)]
    return [found for inner in value for found in examples_in(inner)] if isinstance(value, list) else []


def test_every_example_is_of_its_schema() -> None:
    document = openapi.openapi()
    shown = examples_in(document["paths"]) + examples_in(document["webhooks"])

    for schema, example in shown:
        validator_for = Draft202012Validator({**schema, "components": document["components"]})
        assert [error.message for error in validator_for.iter_errors(example)] == []
    assert len(shown) > 60


def test_every_operation_every_body_and_every_event_has_an_example() -> None:
    document = openapi.openapi()
    operations = [item for part in ("paths", "webhooks") for path in document[part].values() for item in path.values()]

    for operation in operations:
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for content in (content for body in bodies for content in body.get("content", {}).values()):
            assert content["examples"], operation["operationId"]
        assert operation["tags"]
        assert operation["description"]


def test_there_is_a_webhook_of_every_event_that_is_sent() -> None:
    assert openapi.openapi()["webhooks"].keys() == {
        *(event.type for event in EVENTS),
        REVIEWED_EVENT,
        TEST_EVENT,
    }


def test_every_route_is_described_and_nothing_else() -> None:
    described = {(path, method.upper()) for path, item in openapi.openapi()["paths"].items() for method in item}

    assert described == ROUTES.keys()
