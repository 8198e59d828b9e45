"""The body's shape as a JSON schema, draft 4, in the subset API Gateway's models take."""

from typing import Any, Final

import msgspec

from transactions.submission import Submission

_TAKEN: Final = frozenset(
    {
        "additionalProperties",
        "description",
        "items",
        "maxLength",
        "maximum",
        "minLength",
        "minimum",
        "pattern",
        "properties",
        "required",
        "type",
    }
)


def request_schema() -> dict[str, Any]:
    """Describe the body of `POST /v1/transactions`, from the type that decodes it."""
    (schema,), definitions = msgspec.json.schema_components([Submission], ref_template="{name}")
    return {"$schema": "http://json-schema.org/draft-04/schema#", **_draft_4(schema, definitions)}


def _draft_4(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Write references out in full and leave away what draft 4 or API Gateway does not know."""
    if reference := schema.get("$ref"):
        return _draft_4(definitions[reference], definitions)
    taken = {name: value for name, value in schema.items() if name in _TAKEN}
    if taken.get("type") == "integer":
        # To draft 4 an integer is a spelling: it would refuse 1250.0 and 1.25e3, which JSON cannot tell from 1250.
        taken |= {"type": "number", "multipleOf": 1}
    if properties := taken.get("properties"):
        taken["properties"] = {name: _draft_4(inner, definitions) for name, inner in properties.items()}
    if isinstance(inner := taken.get("additionalProperties"), dict):
        taken["additionalProperties"] = _draft_4(inner, definitions)
    return taken
