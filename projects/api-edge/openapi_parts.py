"""Parts that several operations in the API's description are made of."""

from typing import Any

import openapi_examples as examples
from openapi_schemas import schema_ref
from transactions.agreed.api import ITEM_PARAMETER
from validator.api import DEFAULT_PAGE, LARGEST_PAGE


def body(schema: str, shown: dict[str, Any]) -> dict[str, Any]:
    """Describe a body by its schema and examples."""
    return {"content": {"application/json": {"schema": schema_ref(schema), "examples": shown}}}


def item_parameter() -> dict[str, Any]:
    """Describe the part of a path that names a transaction."""
    return {
        "name": ITEM_PARAMETER,
        "in": "path",
        "required": True,
        "description": "The transaction's id",
        "schema": {"type": "string", "minLength": 1},
        "example": examples.transaction().id,
    }


def page_parameters() -> list[dict[str, Any]]:
    """Describe which page of a list is asked for."""
    limit = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": DEFAULT_PAGE}
    cursor = {"type": "string", "minLength": 1}
    return [
        {"name": "limit", "in": "query", "description": "How many at most", "schema": limit, "example": 25},
        {"name": "cursor", "in": "query", "description": "`next_cursor` of the page before", "schema": cursor},
    ]
