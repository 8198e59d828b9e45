"""What Secrets Manager refuses."""

from collections.abc import Iterator
from typing import Final

from tapstack.providers.crud import Resource
from tapstack.providers.rules.rule import DOCS, Moment, StateRule, Words, ask

_SECRET: Final = ("aws:secretsmanager/secret:Secret",)
_VERSION: Final = ("aws:secretsmanager/secretVersion:SecretVersion",)
_API: Final = DOCS + "secretsmanager/latest/apireference/"


def _scheduled_for_deletion(resource: Resource) -> Iterator[Words]:
    found = ask(resource, "secretsmanager", "describe_secret", SecretId=resource.inputs["name"])
    if found and found.get("DeletedDate"):
        yield {}


def _taken(resource: Resource) -> Iterator[Words]:
    name = resource.inputs["name"]
    found = ask(resource, "secretsmanager", "describe_secret", SecretId=name)
    if found and not found.get("DeletedDate"):
        yield {"name": name}


def _marked(resource: Resource) -> Iterator[Words]:
    found = ask(resource, "secretsmanager", "describe_secret", SecretId=resource.inputs["secretId"])
    if found and found.get("DeletedDate"):
        yield {}


RULES: Final = (
    StateRule(
        name="secret-scheduled-for-deletion",
        types=_SECRET,
        operation="secretsmanager:CreateSecret",
        code="InvalidRequestException",
        message="You can't create this secret because a secret with this name is already scheduled for deletion.",
        source=_API + "API_DeleteSecret.html",
        moment=Moment.CREATE,
        check=_scheduled_for_deletion,
    ),
    StateRule(
        name="secret-name-taken",
        types=_SECRET,
        operation="secretsmanager:CreateSecret",
        code="ResourceExistsException",
        message="The operation failed because the secret {name} already exists.",
        source=_API + "API_CreateSecret.html",
        moment=Moment.CREATE,
        check=_taken,
    ),
    StateRule(
        name="secret-version-of-a-deleted-secret",
        types=_VERSION,
        operation="secretsmanager:PutSecretValue",
        code="InvalidRequestException",
        message="You can't perform this operation on the secret because it was marked for deletion.",
        source=_API + "API_PutSecretValue.html",
        moment=Moment.CREATE,
        check=_marked,
    ),
)
