"""What the emulator judges requests by: over what they came, and for which action."""

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
