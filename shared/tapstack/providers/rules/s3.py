"""What S3 refuses."""

import re
from collections.abc import Iterator
from typing import Final

from tapstack.providers.crud import Resource
from tapstack.providers.rules.rule import DOCS, InputRule, Inputs, Moment, StateRule, Words, ask, statements
from tapstack.providers.values import Props

_BUCKET: Final = ("aws:s3/bucket:Bucket",)
_NAME: Final = re.compile(r"(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)(?!(\d+\.){3}\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_USER_GUIDE: Final = DOCS + "AmazonS3/latest/userguide/"


def _bad_name(inputs: Inputs) -> Iterator[Words]:
    if not _NAME.fullmatch(inputs.get("bucket") or "abc"):
        yield {}


def _taken(resource: Resource) -> Iterator[Words]:
    buckets = resource.call("s3", "list_buckets", {})["Buckets"]
    if any(bucket["Name"] == resource.inputs["bucket"] for bucket in buckets):
        yield {}


def _not_empty(resource: Resource) -> Iterator[Words]:
    if resource.state.get("forceDestroy"):
        return
    found = ask(resource, "s3", "list_object_versions", Bucket=resource.id, MaxKeys=1) or {}
    if found.get("Versions") or found.get("DeleteMarkers"):
        yield {}


def _is_public(statement: Props) -> bool:
    principal = statement.get("Principal")
    everybody = principal == "*" or (isinstance(principal, dict) and principal.get("AWS") == "*")
    return statement.get("Effect") == "Allow" and everybody and not statement.get("Condition")


def _public_policy(resource: Resource) -> Iterator[Words]:
    bucket = resource.inputs["bucket"]
    if not any(map(_is_public, statements(resource.inputs.get("policy")))):
        return
    block = ask(resource, "s3", "get_public_access_block", Bucket=bucket) or {}
    if (block.get("PublicAccessBlockConfiguration") or {}).get("BlockPublicPolicy"):
        yield {"account": resource.clients.account, "bucket": bucket}


def _policy_without_principal(inputs: Inputs) -> Iterator[Words]:
    if any("Principal" not in item and "NotPrincipal" not in item for item in statements(inputs.get("policy"))):
        yield {}


def _same_rule_twice(inputs: Inputs) -> Iterator[Words]:
    names = [rule["id"] for rule in inputs.get("rules") or []]
    if len(set(names)) < len(names):
        yield {}


def _key_for_another_algorithm(inputs: Inputs) -> Iterator[Words]:
    for rule in inputs.get("rules") or []:
        default = rule.get("applyServerSideEncryptionByDefault") or {}
        if default.get("kmsMasterKeyId") and default.get("sseAlgorithm") == "AES256":
            yield {}


RULES: Final = (
    InputRule(
        name="bucket-name",
        types=_BUCKET,
        operation="s3:CreateBucket",
        code="InvalidBucketName",
        message="The specified bucket is not valid.",
        source=_USER_GUIDE + "bucketnamingrules.html",
        check=_bad_name,
    ),
    StateRule(
        name="bucket-name-taken",
        types=_BUCKET,
        operation="s3:CreateBucket",
        code="BucketAlreadyOwnedByYou",
        message="Your previous request to create the named bucket succeeded and you already own it.",
        source=DOCS + "AmazonS3/latest/API/API_CreateBucket.html",
        moment=Moment.CREATE,
        check=_taken,
    ),
    StateRule(
        name="bucket-not-empty",
        types=_BUCKET,
        operation="s3:DeleteBucket",
        code="BucketNotEmpty",
        message="The bucket you tried to delete is not empty",
        source=DOCS + "AmazonS3/latest/API/API_DeleteBucket.html",
        moment=Moment.DELETE,
        check=_not_empty,
    ),
    InputRule(
        name="bucket-policy-without-principal",
        types=("aws:s3/bucketPolicy:BucketPolicy",),
        operation="s3:PutBucketPolicy",
        code="MalformedPolicy",
        message="Missing required field Principal",
        source=_USER_GUIDE + "security_iam_service-with-iam.html",
        check=_policy_without_principal,
    ),
    StateRule(
        name="bucket-policy-public",
        types=("aws:s3/bucketPolicy:BucketPolicy",),
        operation="s3:PutBucketPolicy",
        code="AccessDenied",
        message="User: arn:aws:iam::{account}:root is not authorized to perform: s3:PutBucketPolicy on resource: "
        '"arn:aws:s3:::{bucket}" because public policies are blocked by the BlockPublicPolicy block public access '
        "setting.",
        source=_USER_GUIDE + "access-control-block-public-access.html",
        moment=Moment.CREATE | Moment.UPDATE,
        check=_public_policy,
    ),
    InputRule(
        name="bucket-lifecycle-rule-twice",
        types=("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",),
        operation="s3:PutBucketLifecycleConfiguration",
        code="InvalidArgument",
        message="Rule ID must be unique. Found same ID for more than one rule",
        source=_USER_GUIDE + "intro-lifecycle-rules.html",
        check=_same_rule_twice,
    ),
    InputRule(
        name="bucket-key-for-another-algorithm",
        types=("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",),
        operation="s3:PutBucketEncryption",
        code="InvalidArgument",
        message="a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse",
        source=DOCS + "AmazonS3/latest/API/API_ServerSideEncryptionByDefault.html",
        check=_key_for_another_algorithm,
    ),
)
