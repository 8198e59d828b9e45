"""Rules of tables, buckets, secrets and keys, broken."""

import json
from collections.abc import Mapping
from typing import Any, Final

from support.rules.case import Broken, Held
from support.rules.given import TABLE, policy

TABLE_TYPE: Final = "aws:dynamodb/table:Table"
ITEM: Final = "aws:dynamodb/tableItem:TableItem"
BUCKET: Final = "aws:s3/bucket:Bucket"
BUCKET_POLICY: Final = "aws:s3/bucketPolicy:BucketPolicy"
SECRET: Final = "aws:secretsmanager/secret:Secret"
VERSION: Final = "aws:secretsmanager/secretVersion:SecretVersion"
KEY: Final = "aws:kms/key:Key"
ALIAS: Final = "aws:kms/alias:Alias"


def attributes(*names: str) -> list[dict[str, str]]:
    return [{"name": name, "type": "S"} for name in names]


def index(name: str, key: str = "id", **more: Any) -> dict[str, Any]:
    return {"name": name, "projectionType": "ALL", "keySchemas": [{"attributeName": key, "keyType": "HASH"}], **more}


def item(**values: Any) -> dict[str, Any]:
    return {"tableName": "given", "hashKey": "id", "item": json.dumps(values)}


READ: Final = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::given-bucket/*"}
ALGORITHM: Final = {"sseAlgorithm": "AES256", "kmsMasterKeyId": "@key.arn"}
RULE: Final = {"id": "old", "status": "Enabled", "expiration": {"days": 30}}
ROOT: Final = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
    "Action": "kms:*",
    "Resource": "*",
}
USE: Final = {**ROOT, "Action": "kms:Decrypt"}

BROKEN: Final[Mapping[str, Broken | Held]] = {
    "table-name": Broken(TABLE_TYPE, {**TABLE, "name": "ab"}, {"name": "abc"}),
    "table-key-undefined": Broken(TABLE_TYPE, {**TABLE, "rangeKey": "at"}, {"attributes": attributes("id", "at")}),
    "table-attribute-unused": Broken(
        TABLE_TYPE, {**TABLE, "attributes": attributes("id", "at")}, {"attributes": attributes("id")}
    ),
    "table-attribute-unused-by-indexes": Broken(
        TABLE_TYPE,
        {**TABLE, "attributes": attributes("id", "at", "by"), "globalSecondaryIndexes": [index("by-owner", "by")]},
        {"attributes": attributes("id", "by")},
    ),
    "table-index-twice": Broken(
        TABLE_TYPE,
        {**TABLE, "globalSecondaryIndexes": [index("one"), index("one")]},
        {"globalSecondaryIndexes": [index("one"), index("two")]},
    ),
    "table-indexes-beyond-twenty": Broken(
        TABLE_TYPE,
        {**TABLE, "globalSecondaryIndexes": [index(f"index-{number}") for number in range(21)]},
        {"globalSecondaryIndexes": [index(f"index-{number}") for number in range(20)]},
    ),
    "table-index-of-all-and-some": Broken(
        TABLE_TYPE,
        {**TABLE, "globalSecondaryIndexes": [index("one", nonKeyAttributes=["at"])]},
        {"globalSecondaryIndexes": [index("one", projectionType="INCLUDE", nonKeyAttributes=["at"])]},
    ),
    "table-without-capacity": Broken(
        TABLE_TYPE, {**TABLE, "billingMode": "PROVISIONED"}, {"readCapacity": 1, "writeCapacity": 1}
    ),
    "table-name-taken": Broken(TABLE_TYPE, {**TABLE, "name": "given"}, {"name": "not-given"}),
    "table-protected": Held("protected-table"),
    "item-without-key": Broken(ITEM, item(name={"S": "x"}), item(id={"S": "one"})),
    "item-of-no-table": Broken(ITEM, {**item(id={"S": "two"}), "tableName": "none"}, {"tableName": "given"}),
    "item-with-key-of-another-type": Broken(ITEM, item(id={"N": "3"}), item(id={"S": "3"})),
    "bucket-name": Broken(BUCKET, {"bucket": "A_Bucket"}, {"bucket": "a-bucket"}),
    "bucket-name-taken": Broken(BUCKET, {"bucket": "given-bucket"}, {"bucket": "not-given-bucket"}),
    "bucket-not-empty": Held("full-bucket"),
    "bucket-policy-without-principal": Broken(
        BUCKET_POLICY,
        {
            "bucket": "open-bucket",
            "policy": policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::open-bucket/*"}),
        },
        {
            "policy": policy(
                {
                    **READ,
                    "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
                    "Resource": "arn:aws:s3:::open-bucket/*",
                }
            )
        },
    ),
    "bucket-policy-public": Broken(
        BUCKET_POLICY,
        {"bucket": "given-bucket", "policy": policy(READ)},
        {"policy": policy({**READ, "Principal": {"AWS": "arn:aws:iam::000000000000:root"}})},
    ),
    "bucket-lifecycle-rule-twice": Broken(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        {"bucket": "given-bucket", "rules": [RULE, RULE]},
        {"rules": [RULE]},
    ),
    "bucket-key-for-another-algorithm": Broken(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        {"bucket": "given-bucket", "rules": [{"applyServerSideEncryptionByDefault": ALGORITHM}]},
        {"rules": [{"applyServerSideEncryptionByDefault": {**ALGORITHM, "sseAlgorithm": "aws:kms"}}]},
    ),
    "secret-scheduled-for-deletion": Broken(SECRET, {"name": "going"}, {"name": "staying"}),
    "secret-name-taken": Broken(SECRET, {"name": "given"}, {"name": "not-given"}),
    "secret-version-of-a-deleted-secret": Broken(
        VERSION, {"secretId": "@secret-going.id", "secretString": "x"}, {"secretId": "@secret.id"}
    ),
    "key-policy-that-locks-out": Broken(KEY, {"policy": policy(USE)}, {"policy": policy(USE, ROOT)}),
    "key-policy-for-nobody": Broken(
        KEY,
        {"policy": policy(ROOT, {**USE, "Principal": {"AWS": "arn:aws:iam::000000000000:role/nobody"}})},
        {"policy": policy(ROOT, {**USE, "Principal": {"AWS": "arn:aws:iam::000000000000:role/given"}})},
    ),
    "key-alias-taken": Broken(ALIAS, {"name": "alias/given", "targetKeyId": "@key.id"}, {"name": "alias/not-given"}),
    "key-alias-of-no-key": Broken(
        ALIAS,
        {"name": "alias/of-none", "targetKeyId": "00000000-0000-0000-0000-000000000000"},
        {"name": "alias/of-one", "targetKeyId": "@key.id"},
    ),
    "key-alias-of-a-key-pending-deletion": Broken(
        ALIAS,
        {"name": "alias/going", "targetKeyId": "@key-going.id"},
        {"name": "alias/staying", "targetKeyId": "@key.id"},
    ),
}
