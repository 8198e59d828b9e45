"""Errors as boto3's clients raise them, and the one that says that this model does not go that far."""

from collections.abc import Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError


class NotModelledError(BaseException):
    """AWS would take the call, this model does not; no `except Exception` of a function's may swallow that."""


@cache
def error_class(code: str) -> type[ClientError]:
    """Return the class of a service's errors with a code."""
    return type(code, (ClientError,), {})


def client_error(operation: str, code: str, message: str, **beside: Any) -> ClientError:
    """Make a service's error.

    Args:
        operation: as the API names it, such as `PutItem`.
        code: the service's code.
        message: the service's message.
        beside: what the service answers beside the error.
    """
    response: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}, **beside}
    return error_class(code)(response, operation)


def exceptions(*codes: str) -> SimpleNamespace:
    """Make a client's attribute `exceptions`."""
    return SimpleNamespace(ClientError=ClientError, **{code: error_class(code) for code in codes})


def check_parameters(request: Mapping[str, Any], required: str, optional: str = "") -> None:
    """Hold a request's parameters to those an operation needs and those it is modelled with.

    Raises:
        ParamValidationError: one is missing.
        NotModelledError: one is unknown here.
    """
    if missing := set(required.split()) - request.keys():
        raise ParamValidationError(report=f"Missing required parameter in input: {sorted(missing)}")
    if unknown := request.keys() - {*required.split(), *optional.split()}:
        raise NotModelledError(f"parameters {sorted(unknown)}")
