"""The problem documents that each operation can be answered with: the validator's own and those of API Gateway."""

import runpy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import openapi_examples as examples
from openapi_schemas import schema_ref
from transactions.agreed.api import PROBLEM_MEDIA_TYPE, problem_type
from transactions.errors import RequestError, UnavailableError
from validator.problems import KINDS, RETRY_AFTER_SECONDS

GATEWAY_ANYWHERE: Final = frozenset(
    {
        "ACCESS_DENIED",
        "DEFAULT_4XX",
        "DEFAULT_5XX",
        "INTEGRATION_FAILURE",
        "INTEGRATION_TIMEOUT",
        "INVALID_API_KEY",
        "QUOTA_EXCEEDED",
        "THROTTLED",
        "WAF_FILTERED",
    }
)
GATEWAY_ON_BODIES: Final = frozenset({"REQUEST_TOO_LARGE"})
_GATEWAY_NEVER: Final = frozenset(
    {
        "MISSING_AUTHENTICATION_TOKEN",  # answers what this document does not have: other paths, other methods
        "UNSUPPORTED_MEDIA_TYPE",  # only integrations with templates refuse a media type; these are proxies
    }
)
_RANGES: Final = {"DEFAULT_4XX": "4XX", "DEFAULT_5XX": "5XX"}


@dataclass(frozen=True)
class _Told:
    """A kind of problem in an answer: a status or a range of them, and what the document's type can be."""

    status: str
    type: str
    title: str
    retry_after: bool
    example: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What its example is called: API Gateway's are told apart from the validator's of the same type."""
        slug = self.type.rpartition(":")[2]
        return f"{slug}-gateway" if "requestId" in self.example else slug


def refusals(*errors: type[RequestError], gateway: Iterable[str] = GATEWAY_ANYWHERE) -> dict[str, Any]:
    """Describe the problem documents of an operation, by status: the validator's own and those of API Gateway."""
    told = [
        _Told(f"{status}", problem_type(slug), title, error in RETRY_AFTER_SECONDS, examples.refused(error))
        for error, (status, slug, title) in ((error, KINDS[error]) for error in (*errors, UnavailableError))
    ]
    told += [_gateway_problems()[kind] for kind in gateway]
    return {
        status: _refusal(sorted((one for one in told if one.status == status), key=lambda one: (one.type, one.title)))
        for status in sorted({one.status for one in told})
    }


def _refusal(told: list[_Told]) -> dict[str, Any]:
    headers = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    kinds = sorted({one.type for one in told})
    return {
        "description": f"{'; '.join(dict.fromkeys(one.title for one in told))}. The problem's type is one of "
        f"{', '.join(f'`{kind}`' for kind in kinds)}.",
        **({"headers": headers} if any(one.retry_after for one in told) else {}),
        "content": {
            PROBLEM_MEDIA_TYPE: {
                # One schema for all: generators of clients cannot narrow what another schema has typed.
                "schema": schema_ref("Problem"),
                "examples": {one.name: {"summary": one.title, "value": one.example} for one in told},
            }
        },
    }


@cache
def _gateway_problems() -> Mapping[str, _Told]:
    """Read what API Gateway answers by itself from the layer that tells it to.

    Raises:
        LookupError: it answers with something that this document has no place for.
    """
    module = runpy.run_path(str(Path(__file__).with_name("gateway_problems.py")))
    if (
        unplaced := {one.kind for one in module["GATEWAY_PROBLEMS"]}
        - GATEWAY_ANYWHERE
        - GATEWAY_ON_BODIES
        - _GATEWAY_NEVER
    ):
        raise LookupError(f"{min(unplaced)} is new in gateway_problems.py; say in openapi.py what it answers to")
    return {
        one.kind: _Told(
            f"{one.status or _RANGES[one.kind]}",
            problem_type(one.slug),
            one.title,
            bool(one.retry_after_seconds),
            examples.refused_by_gateway(one.status, one.slug, one.title),
        )
        for one in module["GATEWAY_PROBLEMS"]
    }
