"""Buckets and what is set on them, each a resource of its own."""

from collections.abc import Mapping
from typing import Any, Final

from tapstack.providers.crud import input_shape
from tapstack.providers.shapes import to_aws
from tapstack.providers.table import Call, Look, Row, Scope, Template
from tapstack.providers.values import Props


def _location(scope: Scope) -> Props | None:
    # AWS's first region is the one that must not be named.
    return None if scope["region"] == "us-east-1" else {"LocationConstraint": scope["region"]}


def _set_tags(scope: Scope) -> Props:
    """Write the whole set of tags: S3 adds and removes none singly."""
    tags: Mapping[str, str] = scope.inputs.get("tags") or {}
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    return scope.call("s3", "put_bucket_tagging", {"Bucket": scope["id"], "Tagging": {"TagSet": pairs}})


def _rules(operation: str, member: str) -> Template:
    """Write `rules` in the form of a member of an operation's parameters."""

    def written(scope: Scope) -> Any:
        shape = input_shape("s3", operation).members[member]
        return to_aws(shape, {"rules": scope.inputs["rules"]}, {"id": "ID"})

    return written


def _on_bucket(put: Call, read: Look, delete: Call) -> Row:
    """What a bucket has at most one of."""
    return Row(
        service="s3",
        create=put,
        id="$bucket",
        read=(read,),
        update=(put,),
        delete=(delete,),
        outputs={"bucket": "$id"},
        replace_on=("bucket",),
        import_id="(?P<bucket>.+)",
    )


_BUCKET: Final = {"Bucket": "$bucket"}
_BLOCKS: Final = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")

ROWS: Final = {
    "aws:s3/bucket:Bucket": Row(
        service="s3",
        create=Call(
            operation="create_bucket", params={"Bucket": "$bucket", "CreateBucketConfiguration": _location}, auto=()
        ),
        id="$bucket",
        settle=(Call(run=_set_tags, on=("tags",)),),
        read=(
            Look(operation="get_bucket_location", params={"Bucket": "$id"}, auto=False),
            Look(operation="get_bucket_tagging", params={"Bucket": "$id"}, take={"tags": "TagSet"}, auto=False),
        ),
        delete=(Call(operation="delete_bucket", params={"Bucket": "$id"}),),
        outputs={
            "bucket": "$id",
            "arn": "arn:aws:s3:::${id}",
            "bucketDomainName": "${id}.s3.amazonaws.com",
            "bucketRegion": "$region",
            "bucketRegionalDomainName": "${id}.s3.${region}.amazonaws.com",
        },
        replace_on=("bucket",),
        auto_name="bucket",
        name_limit=63,
        import_id="(?P<bucket>.+)",
    ),
    "aws:s3/bucketVersioning:BucketVersioning": _on_bucket(
        Call(operation="put_bucket_versioning", params=_BUCKET, auto=("versioningConfiguration",)),
        Look(
            operation="get_bucket_versioning",
            params={"Bucket": "$id"},
            pick="Status && @ || `null`",
            take={"versioningConfiguration": "{status: Status}"},
            auto=False,
        ),
        # As on AWS: what was versioned once is suspended, and never unversioned again.
        Call(
            operation="put_bucket_versioning",
            params={"Bucket": "$id", "VersioningConfiguration": {"Status": "Suspended"}},
        ),
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _on_bucket(
        Call(
            operation="put_bucket_encryption",
            params={
                **_BUCKET,
                "ServerSideEncryptionConfiguration": _rules(
                    "put_bucket_encryption", "ServerSideEncryptionConfiguration"
                ),
            },
            also=("rules",),
        ),
        Look(
            operation="get_bucket_encryption",
            params={"Bucket": "$id"},
            take={"rules": "ServerSideEncryptionConfiguration.Rules"},
            auto=False,
        ),
        Call(operation="delete_bucket_encryption", params={"Bucket": "$id"}),
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _on_bucket(
        Call(
            operation="put_public_access_block",
            params={
                **_BUCKET,
                "PublicAccessBlockConfiguration": {key[0].upper() + key[1:]: f"${key}" for key in _BLOCKS},
            },
        ),
        Look(operation="get_public_access_block", params={"Bucket": "$id"}, pick="PublicAccessBlockConfiguration"),
        Call(operation="delete_public_access_block", params={"Bucket": "$id"}),
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _on_bucket(
        Call(
            operation="put_bucket_ownership_controls",
            params={
                **_BUCKET,
                "OwnershipControls": {
                    "Rules": [{"ObjectOwnership": lambda scope: scope.inputs["rule"]["objectOwnership"]}]
                },
            },
            also=("rule",),
        ),
        Look(
            operation="get_bucket_ownership_controls",
            params={"Bucket": "$id"},
            take={"rule": "OwnershipControls.Rules[0]"},
            auto=False,
        ),
        Call(operation="delete_bucket_ownership_controls", params={"Bucket": "$id"}),
    ),
    "aws:s3/bucketPolicy:BucketPolicy": _on_bucket(
        Call(operation="put_bucket_policy", params={**_BUCKET, "Policy": "$policy"}),
        Look(operation="get_bucket_policy", params={"Bucket": "$id"}, take={"policy": "Policy"}, auto=False),
        Call(operation="delete_bucket_policy", params={"Bucket": "$id"}),
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _on_bucket(
        Call(
            operation="put_bucket_lifecycle_configuration",
            params={
                **_BUCKET,
                "LifecycleConfiguration": _rules("put_bucket_lifecycle_configuration", "LifecycleConfiguration"),
            },
            also=("rules",),
        ),
        Look(
            operation="get_bucket_lifecycle_configuration",
            params={"Bucket": "$id"},
            take={"rules": "Rules"},
            auto=False,
        ),
        Call(operation="delete_bucket_lifecycle", params={"Bucket": "$id"}),
    ),
}
