"""What a name of a function stands for: a name, a partial or a full ARN, each with or without a qualifier."""

from collections.abc import Iterator

from tapstack.providers.crud import Resource
from tapstack.providers.rules.rule import Words, ask


def function_name(given: str) -> str:
    """Take the name alone."""
    return (given.rpartition(":function:")[2] or given).partition(":")[0]


def absent_function(resource: Resource, given: str) -> Iterator[Words]:
    """Find that there is no such function."""
    name = function_name(given)
    if ask(resource, "lambda", "get_function", FunctionName=name) is None:
        yield {"arn": _arn(resource, name)}


def absent_version(resource: Resource, given: str, version: str) -> Iterator[Words]:
    """Find that a function has no such version."""
    name = function_name(given)
    if version.isdigit() and ask(resource, "lambda", "get_function", FunctionName=name, Qualifier=version) is None:
        yield {"arn": f"{_arn(resource, name)}:{version}"}


def absent_alias(resource: Resource, given: str, qualifier: str | None = None) -> Iterator[Words]:
    """Find that a function has no such alias; the name may hold it."""
    name = function_name(given)
    alias = qualifier or given.rpartition(":function:")[2].partition(":")[2]
    if not alias or alias.isdigit() or alias.startswith("$"):
        return
    if ask(resource, "lambda", "get_function", FunctionName=name, Qualifier=alias) is None:
        yield {"arn": f"{_arn(resource, name)}:{alias}"}


def _arn(resource: Resource, name: str) -> str:
    return f"arn:aws:lambda:{resource.region}:{resource.clients.account}:function:{name}"
