"""Errors as boto3's clients raise them, and the one that says that this model does not go that far."""

from collections.abc import Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any, Final

import botocore.session
from botocore.exceptions import ClientError, ParamValidationError
from botocore.validate import ParamValidator

_SESSION: Final = botocore.session.get_session()


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


def check_parameters(service: str, operation: str, request: Mapping[str, Any], modelled: str) -> None:
    """Hold a request's parameters to botocore's model of the service, as its clients do, and to what is modelled here.

    Args:
        service: as botocore names it.
        operation: as the API names it.
        request: the parameters.
        modelled: the names of those that the operation is modelled with.

    Raises:
        ParamValidationError: botocore's client would not send it: one is missing or unknown, or of another type.
        NotModelledError: one is unknown here alone.
    """
    faults = ParamValidator().validate(dict(request), _shape(service, operation))
    if faults.has_errors():
        raise ParamValidationError(report=faults.generate_report())
    check_modelled(request, modelled)


def check_modelled(parameters: Mapping[str, Any], modelled: str) -> None:
    """Refuse what is not modelled.

    Raises:
        NotModelledError: a parameter is unknown here.
    """
    if unknown := parameters.keys() - set(modelled.split()):
        raise NotModelledError(f"parameters {sorted(unknown)}")


@cache
def _shape(service: str, operation: str) -> Any:
    return _SESSION.get_service_model(service).operation_model(operation).input_shape
