"""KMS: who may decrypt, keys that rotate, and keys that are open to nobody else."""

from collections.abc import Iterator, Mapping
from typing import Any

from check import check
from policy_documents import allows, lets_anybody_in, statements, texts
from resources import Resource

_KEY = "aws:kms/key:Key"
_DECRYPTING = ("kms:Decrypt", "kms:ReEncryptFrom")
_EVERY_KEY = ("*", "arn:aws:kms:*:*:key/*", "arn:aws:kms:*:*:*", "arn:*:kms:*:*:key/*")


def _decrypts_all(document: Mapping[str, Any]) -> Iterator[str]:
    """Say which action of a document is allowed on all keys; AWS does not look at conditions."""
    for statement in statements(document):
        if {*_EVERY_KEY} & {*texts(statement, "Resource")}:
            allowed = [action for action in _DECRYPTING if allows(statement, action)]
            yield from (f"a statement allows {action} on all keys" for action in allowed)


@check("KMS.1", "aws:iam/policy:Policy", next_step="name the key, or the keys of one account and region")
def managed_policies(policy: Resource) -> Iterator[str]:
    """No managed policy decrypts with every key."""
    yield from _decrypts_all(policy.document("policy"))


@check(
    "KMS.2",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/groupPolicy:GroupPolicy",
    next_step="name the key, or the keys of one account and region",
)
def inline_policies(policy: Resource) -> Iterator[str]:
    """No inline policy decrypts with every key."""
    yield from _decrypts_all(policy.document("policy"))


@check("KMS.4", _KEY, next_step="set enable_key_rotation to true")
def rotation(key: Resource) -> Iterator[str]:
    """The material of symmetric keys is renewed every year; AWS renews no other."""
    symmetric = (key.get("customerMasterKeySpec") or "SYMMETRIC_DEFAULT") == "SYMMETRIC_DEFAULT"
    if symmetric and not key.is_on("enableKeyRotation"):
        yield "its material is never renewed"


@check("KMS.5", _KEY, "aws:kms/keyPolicy:KeyPolicy", next_step="name principals, or add aws:PrincipalAccount")
def public(key: Resource) -> Iterator[str]:
    """No key's policy lets in everybody."""
    if any(map(lets_anybody_in, statements(key.document("policy")))):
        yield "a statement of its policy lets in everybody"
