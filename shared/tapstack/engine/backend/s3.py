"""A backend in an S3 bucket, with the credentials that the engine takes too: those of this shell.

Its address is `s3://bucket/path?region=…`, with the parameters of the library that the engine uses for it
(https://gocloud.dev/howto/blob/#s3): `region`, `profile`, `endpoint`, `disableSSL`, `s3ForcePathStyle` and their later
names.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import parse_qsl, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tapstack.engine.backend.store import Store, StoreError

_ABSENT: Final = frozenset({"NoSuchKey", "404"})
# S3's answers to a conditional write that lost: the object is there, or another write of it was under way.
_LOST: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
_TRUE: Final = frozenset({"true", "1", "t"})

if TYPE_CHECKING:
    S3Client = Any


class S3Store(Store):
    """A bucket, or what is in it below a path."""

    def __init__(self, client: "S3Client", bucket: str, path: str) -> None:
        """Describe it.

        Args:
            client: boto3's client.
            bucket: the bucket's name.
            path: what all keys begin with, empty or ending in a slash.
        """
        self._client = client
        self._bucket = bucket
        self._path = path

    @classmethod
    def of(cls, url: str) -> Self:
        """Take it from a backend's address."""
        parts = urlsplit(url)
        asked = dict(parse_qsl(parts.query))
        path_style = asked.get("s3ForcePathStyle") or asked.get("use_path_style") or ""
        plain = asked.get("disableSSL") or asked.get("disable_https") or ""
        endpoint = asked.get("endpoint")
        if endpoint and "://" not in endpoint:
            endpoint = f"{'http' if plain in _TRUE else 'https'}://{endpoint}"
        try:
            session = boto3.Session(profile_name=asked.get("profile"), region_name=asked.get("region"))
            client = session.client(
                "s3",
                endpoint_url=endpoint,
                config=Config(s3={"addressing_style": "path"} if path_style in _TRUE else {}),
            )
        except BotoCoreError as error:
            raise StoreError(f"the state backend {url} cannot be reached: {error}; correct its address") from error
        path = parts.path.strip("/")
        return cls(client, parts.netloc, f"{path}/" if path else "")

    def read(self, key: str) -> bytes | None:
        """Read an object."""
        try:
            content: bytes = self._client.get_object(**self._at(key))["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return None
            raise self._failure("read", key, error) from error
        except BotoCoreError as error:
            raise self._failure("read", key, error) from error
        return content

    def write(self, key: str, content: bytes) -> None:
        """Put an object."""
        try:
            self._client.put_object(**self._at(key), Body=content)
        except (ClientError, BotoCoreError) as error:
            raise self._failure("written", key, error) from error

    def create(self, key: str, content: bytes) -> bool:
        """Put an object on the condition that there is none.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
        """
        try:
            self._client.put_object(**self._at(key), Body=content, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] in _LOST:
                return False
            raise self._failure("written", key, error) from error
        except BotoCoreError as error:
            raise self._failure("written", key, error) from error
        return True

    def remove(self, key: str) -> None:
        """Delete an object; a bucket with versions keeps the one there was."""
        try:
            self._client.delete_object(**self._at(key))
        except (ClientError, BotoCoreError) as error:
            raise self._failure("removed", key, error) from error

    def versions(self, prefix: str) -> Mapping[str, str]:
        """List objects; the version is the ETag, which follows the content."""
        found = {}
        try:
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=f"{self._path}{prefix}"
            )
            for page in pages:
                for item in page.get("Contents", ()):
                    found[item["Key"].removeprefix(self._path)] = item["ETag"].strip('"')
        except (ClientError, BotoCoreError) as error:
            raise self._failure("listed", prefix, error) from error
        return found

    def removal(self, key: str) -> str:
        """Give the command line that removes an object."""
        return f"aws s3 rm s3://{self._bucket}/{self._path}{key}"

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": f"{self._path}{key}"}

    def _failure(self, done: str, key: str, error: Exception) -> StoreError:
        reason = f"{error}".rpartition(": ")[2].rstrip(".")
        if isinstance(error, ClientError):
            reason = f"{error.response['Error']['Code']}: {reason}"
        return StoreError(
            f"s3://{self._bucket}/{self._path}{key} cannot be {done} ({reason}); see that these credentials may"
        )
