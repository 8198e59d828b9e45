"""What the emulator judges requests by: over what they came, for which action, and under which conditions."""

import json
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any

from tapstack.lane.patches.serving import module


def take_loopback_for_tls() -> None:
    """Judge every request as one that came over TLS."""
    app = module("app")
    pin = app.pin_request_origin
    app.pin_request_origin = lambda source_ip, _: pin(source_ip, secure_transport=True)


def ask_for_single_messages() -> None:
    """Ask, at a batch of messages, for the action on one."""
    actions = module("core.iam_actions")
    find = actions.extract_iam_action

    def find_single(service: str, *request: Any) -> str | None:
        action: str | None = find(service, *request)
        return action.removesuffix("Batch") if action and service == "sqs" else action

    actions.extract_iam_action = find_single


def tell_encryption_contexts() -> None:
    """Judge a request to KMS by its encryption context too."""
    actions = module("core.iam_actions")
    find = actions.request_tag_context

    def find_with_context(service: str, action: str, body: bytes, parameters: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = find(service, action, body, parameters)
        if service != "kms":
            return found
        context = json.loads(body or "{}").get("EncryptionContext") or {}
        return {**found, **{f"kms:EncryptionContext:{name}": value for name, value in context.items()}}

    actions.request_tag_context = find_with_context


def look_at_boundaries_for_tags() -> None:
    """Find a resource's tags where a boundary asks for them: the emulator asks a role's own policies alone."""
    evaluator = module("core.iam_evaluator")
    resolve, names = evaluator.resolve_principal, evaluator._names_condition_key
    limits: ContextVar[Sequence[Any]] = ContextVar("limits", default=())

    def resolve_with_limits(*request: Any) -> Any:
        principal = resolve(*request)
        limits.set(getattr(principal, "limits", ()))
        return principal

    evaluator.resolve_principal = resolve_with_limits
    evaluator._names_condition_key = lambda policies, prefix: any(
        names(each, prefix) for each in (policies, *limits.get())
    )
