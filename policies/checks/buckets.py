"""S3: buckets that are nobody else's, encrypted, versioned and written to over TLS alone."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from check import check, check_of_stack
from policy_documents import allows, lets_anybody_in, many, other_accounts, statements, texts
from resources import UNKNOWN, Resource, Stack

_BUCKET: Final = "aws:s3/bucket:Bucket"
_BLOCK: Final = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
_POLICY: Final = "aws:s3/bucketPolicy:BucketPolicy"
_ACL: Final = "aws:s3/bucketAcl:BucketAcl"
_VERSIONING: Final = "aws:s3/bucketVersioning:BucketVersioning"
_LIFECYCLE: Final = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
_BLOCKS: Final = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_READ: Final = ("s3:GetObject", "s3:ListBucket")
_WRITE: Final = ("s3:PutObject", "s3:DeleteObject", "s3:PutBucketPolicy", "s3:PutBucketAcl")
_KEPT_FROM_OTHERS: Final = (
    *("s3:DeleteBucketPolicy", "s3:PutBucketAcl", "s3:PutBucketPolicy", "s3:PutEncryptionConfiguration"),
    "s3:PutObjectAcl",
)
"""Actions that the control lists: https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-6"""


def _documents(bucket: Resource, stack: Stack) -> list[Mapping[str, Any]]:
    return [each.document("policy") for each in stack.on(bucket, "bucket", _POLICY)]


def _is_pending(bucket: Resource, stack: Stack) -> bool:
    """Tell whether a policy is to be known later."""
    return any(each.get("policy") is UNKNOWN for each in stack.on(bucket, "bucket", _POLICY))


def _is_blocked(bucket: Resource, stack: Stack) -> bool:
    return any(all(block.get(name) is True for name in _BLOCKS) for block in stack.on(bucket, "bucket", _BLOCK))


def _is_open(bucket: Resource, stack: Stack, actions: tuple[str, ...], acls: tuple[str, ...]) -> bool:
    if _is_blocked(bucket, stack):
        return False
    by_acl = any(each.get("acl") in acls for each in (bucket, *stack.on(bucket, "bucket", _ACL)))
    return by_acl or any(
        lets_anybody_in(statement) and any(allows(statement, action) for action in actions)
        for document in _documents(bucket, stack)
        for statement in statements(document)
    )


@check_of_stack("S3.2", _BUCKET, next_step="give it a BucketPublicAccessBlock, and take the grant away")
def public_read(bucket: Resource, stack: Stack) -> Iterator[str]:
    """Nobody outside reads it."""
    if _is_open(bucket, stack, _READ, ("public-read", "public-read-write", "authenticated-read")):
        yield "everybody may read it"


@check_of_stack("S3.3", _BUCKET, next_step="give it a BucketPublicAccessBlock, and take the grant away")
def public_write(bucket: Resource, stack: Stack) -> Iterator[str]:
    """Nobody outside writes to it."""
    if _is_open(bucket, stack, _WRITE, ("public-read-write",)):
        yield "everybody may write to it"


@check_of_stack("S3.5", _BUCKET, next_step="give it a BucketPolicy that denies s3:* where aws:SecureTransport is false")
def tls_alone(bucket: Resource, stack: Stack) -> Iterator[str]:
    """Requests without TLS are refused."""
    denied = [each for document in _documents(bucket, stack) for each in statements(document, "Deny")]
    if not any(_denies_plain(each) for each in denied) and not _is_pending(bucket, stack):
        yield "it takes requests without TLS"


def _denies_plain(statement: Mapping[str, Any]) -> bool:
    tested = (statement.get("Condition") or {}).get("Bool") or {}
    plain = any(key.lower() == "aws:securetransport" and f"{value}".lower() == "false" for key, value in tested.items())
    return plain and allows(statement, "s3:GetObject") and allows(statement, "s3:PutObject")


@check_of_stack("S3.6", _BUCKET, next_step="name the account in aws:PrincipalAccount, or take the actions away")
def other_accounts_kept_out(bucket: Resource, stack: Stack) -> Iterator[str]:
    """No other account changes who may use it."""
    for document in _documents(bucket, stack):
        for statement in statements(document):
            granted = [action for action in _KEPT_FROM_OTHERS if allows(statement, action)]
            if granted and other_accounts(statement):
                yield f"its policy allows {granted[0]} to {', '.join(_principals(statement))}"


def _principals(statement: Mapping[str, Any]) -> list[str]:
    principal = statement.get("Principal")
    return texts(principal, "AWS") if isinstance(principal, Mapping) else [f"{principal}"]


@check_of_stack("S3.7", _BUCKET, next_step="give it a BucketReplicationConfig into another region")
def replication(bucket: Resource, stack: Stack) -> Iterator[str]:
    """What is in it is in another region too."""
    if not stack.on(bucket, "bucket", "aws:s3/bucketReplicationConfig:BucketReplicationConfig"):
        yield "it is copied to no other region"


@check_of_stack("S3.8", _BUCKET, next_step="give it a BucketPublicAccessBlock with all four settings on")
def access_block(bucket: Resource, stack: Stack) -> Iterator[str]:
    """No grant could ever open it."""
    if not _is_blocked(bucket, stack):
        yield "public access is not blocked"


@check_of_stack("S3.9", _BUCKET, next_step="give it a BucketLogging into another bucket")
def access_log(bucket: Resource, stack: Stack) -> Iterator[str]:
    """Who asked for what is logged."""
    if not stack.on(bucket, "bucket", "aws:s3/bucketLogging:BucketLogging"):
        yield "it keeps no log of access"


@check_of_stack("S3.10", _BUCKET, next_step="give it a BucketLifecycleConfiguration")
def versions_expire(bucket: Resource, stack: Stack) -> Iterator[str]:
    """Old versions do not pile up."""
    if _is_versioned(bucket, stack) and not stack.on(bucket, "bucket", _LIFECYCLE):
        yield "it keeps every version, and lets none expire"


@check_of_stack("S3.11", _BUCKET, next_step="give it a BucketNotification")
def notifications(bucket: Resource, stack: Stack) -> Iterator[str]:
    """Changes in it are told to something."""
    if not stack.on(bucket, "bucket", "aws:s3/bucketNotification:BucketNotification"):
        yield "nothing is told of changes in it"


@check_of_stack("S3.12", _BUCKET, next_step="give it BucketOwnershipControls of BucketOwnerEnforced")
def acls(bucket: Resource, stack: Stack) -> Iterator[str]:
    """Access is granted by policies alone."""
    controls = stack.on(bucket, "bucket", "aws:s3/bucketOwnershipControls:BucketOwnershipControls")
    if controls and not any(each.get("rule.objectOwnership") == "BucketOwnerEnforced" for each in controls):
        yield "its objects' owners may grant access to them"
    if bucket.get("acl") not in (None, "", UNKNOWN) or stack.on(bucket, "bucket", _ACL):
        yield "it has an ACL"


@check_of_stack("S3.13", _BUCKET, next_step="give it a BucketLifecycleConfiguration")
def lifecycle(bucket: Resource, stack: Stack) -> Iterator[str]:
    """It says what becomes of objects in the end."""
    if not stack.on(bucket, "bucket", _LIFECYCLE):
        yield "nothing says what becomes of its objects"


@check_of_stack("S3.14", _BUCKET, next_step="give it a BucketVersioning whose status is Enabled")
def versioning(bucket: Resource, stack: Stack) -> Iterator[str]:
    """What is written over can be had back."""
    if not _is_versioned(bucket, stack):
        yield "it is not versioned"


def _is_versioned(bucket: Resource, stack: Stack) -> bool:
    found = stack.on(bucket, "bucket", _VERSIONING)
    return any(each.get("versioningConfiguration.status") == "Enabled" for each in found)


@check("S3.15", _BUCKET, next_step="set object_lock_enabled to true")
def object_lock(bucket: Resource) -> Iterator[str]:
    """Versions cannot be deleted before their time."""
    if not bucket.is_on("objectLockEnabled"):
        yield "its versions can be deleted at any time"


@check_of_stack("S3.17", _BUCKET, next_step="give it a BucketServerSideEncryptionConfiguration of aws:kms")
def encryption(bucket: Resource, stack: Stack) -> Iterator[str]:
    """Objects are encrypted with a key of KMS."""
    found = stack.on(
        bucket, "bucket", "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    )
    if not any(_by_kms(rule) for each in found for rule in many(each.get("rules"))):
        yield "its objects are encrypted with S3's own keys"


def _by_kms(rule: Any) -> bool:
    default = rule.get("applyServerSideEncryptionByDefault") if isinstance(rule, Mapping) else None
    return isinstance(default, Mapping) and default.get("sseAlgorithm") in ("aws:kms", "aws:kms:dsse")
