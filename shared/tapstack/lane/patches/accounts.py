"""Whose API a request is for: the account that made it, as a request without a signature names no other."""

from typing import Any

from tapstack.lane.patches.serving import module


def _owner(host: str, path: str) -> tuple[str, str] | None:
    """Find account and region of the API that a request is for, by its id in the address or by its domain."""
    apis = module("services.apigateway_v1")
    if parsed := module("app")._parse_execute_api_url(host, path):
        made, wanted = apis._rest_apis, parsed[0]
    else:
        made, wanted = apis._domain_names, host.partition(":")[0].lower()
    return next(((account, region) for (account, region, name), _ in made.all_items() if name.lower() == wanted), None)


def serve_all() -> None:
    """Answer requests for the APIs and domains of every account."""
    app, scopes = module("app"), module("core.responses")
    handle = app._handle_execute_api_request

    async def handle_for_owner(host: str, path: str, *rest: Any, **named: Any) -> Any:
        owner = _owner(host, path)
        if owner is None:
            return await handle(host, path, *rest, **named)
        with scopes.request_scope(*owner):
            return await handle(host, path, *rest, **named)

    app._handle_execute_api_request = handle_for_owner
