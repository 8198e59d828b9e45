"""Resources that hold what cannot be made again: who deletes or replaces one loses it."""

from collections.abc import Mapping
from typing import Final

DATA_BEARING: Final[Mapping[str, str]] = {
    "aws:apigateway/apiKey:ApiKey": "the key that a merchant signs in with",
    "aws:cloudwatch/logGroup:LogGroup": "its log",
    "aws:dynamodb/table:Table": "its items",
    "aws:kms/key:Key": "whatever it has encrypted",
    "aws:s3/bucket:Bucket": "its objects",
    "aws:secretsmanager/secret:Secret": "the secret",
    "aws:secretsmanager/secretVersion:SecretVersion": "the secret's value",
    "aws:sqs/queue:Queue": "its messages",
    "random:index/randomBytes:RandomBytes": "the value, and with it what was derived from it",
}
"""Resource type to what is lost with it."""
