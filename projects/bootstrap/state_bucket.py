"""The state bucket: Pulumi's backend for all stacks of the environment.

Every write of a stack's state leaves the version before it behind, and no role of a pipeline may delete a version
(`s3:DeleteObjectVersion` is granted to nobody), so history survives whatever a pipeline does. S3 Object Lock is left
off on purpose. Its retention would bind the engine's own lock files too, which come and go with every update, and would
keep each version of a state, with secrets in it that were long since rotated, from being deleted by anybody for the
whole period; and it refuses any client that uploads without a checksum.

Deleting the bucket is refused three times: by Pulumi while `deletionProtection` is on, by AWS while there is an object
or a version in it, and to the pipelines' roles by not being granted.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import Output

from key import SecretsKey
from settings import BootstrapSettings
from tapstack.account_names import state_bucket_name
from tapstack.program.naming import Names
from tapstack.program.policies import document


@dataclass(frozen=True)
class StateBucket:
    """The bucket and what is known of it before it is made."""

    resource: aws.s3.Bucket
    name: str
    region: str

    @property
    def bucket(self) -> Output[str]:
        """The bucket's name."""
        return self.resource.bucket

    @property
    def url(self) -> Output[str]:
        """What `pulumi login` takes."""
        return Output.format("s3://{0}?region={1}", self.bucket, self.region)


def make_state_bucket(names: Names, settings: BootstrapSettings, key: SecretsKey) -> StateBucket:
    """Make the bucket: versioned, encrypted, private, owned, closed to plain HTTP."""
    account = aws.get_caller_identity().account_id
    name = state_bucket_name(names.environment_suffix, account, key.region)
    bucket = aws.s3.Bucket("state", bucket=name, opts=pulumi.ResourceOptions(protect=settings.deletion_protection))
    aws.s3.BucketVersioning("state", bucket=bucket.bucket, versioning_configuration={"status": "Enabled"})
    aws.s3.BucketServerSideEncryptionConfiguration(
        "state",
        bucket=bucket.bucket,
        rules=[
            {
                "apply_server_side_encryption_by_default": {
                    "sse_algorithm": "aws:kms",
                    "kms_master_key_id": key.key.arn,
                },
                # One data key for many objects: KMS is asked, and paid, far less often.
                "bucket_key_enabled": True,
            }
        ],
    )
    aws.s3.BucketOwnershipControls("state", bucket=bucket.bucket, rule={"object_ownership": "BucketOwnerEnforced"})
    block = aws.s3.BucketPublicAccessBlock(
        "state",
        bucket=bucket.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )
    aws.s3.BucketPolicy(
        "state",
        bucket=bucket.bucket,
        policy=_tls_only(bucket),
        # AWS refuses to change two of a bucket's settings at once now and then, these two above all.
        opts=pulumi.ResourceOptions(depends_on=[block]),
    )
    aws.s3.BucketLifecycleConfiguration(
        "state",
        bucket=bucket.bucket,
        rules=[
            {
                "id": "history",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "noncurrent_version_expiration": {"noncurrent_days": settings.state_history_days},
                "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
            }
        ],
    )
    return StateBucket(bucket, name, key.region)


def _tls_only(bucket: aws.s3.Bucket) -> Output[str]:
    return document(
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [bucket.arn, Output.format("{0}/*", bucket.arn)],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    )
