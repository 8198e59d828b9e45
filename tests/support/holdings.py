"""Everything a lane keeps, as text to search: tables, streams, queues, logs, metrics and the lane's own files.

The emulator has no X-Ray: on AWS a trace of this API holds method, status and the URL's path.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

# A message that is looked at is hidden from its reader for this long, and so from a second look.
_HIDDEN_SECONDS = 1
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212]")


def canonical(text: str) -> str:
    """Write a text so that each writing of a number is the same one: no escapes, no separators, western digits."""
    plain = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), unquote(text))
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", plain))


def holders(deployed: Any, *needles: str) -> set[str]:
    """Name the places that hold one of the texts, in whatever writing."""
    wanted = [canonical(needle) for needle in needles]
    return {place for place, text in _holdings(deployed) if any(needle in canonical(text) for needle in wanted)}


def _holdings(deployed: Any) -> Iterator[tuple[str, str]]:
    yield from _items(deployed.client("dynamodb"))
    yield from _stream_records(deployed.client("dynamodbstreams"))
    yield from _messages(deployed.client("sqs"))
    yield from _log_events(deployed.client("logs"))
    for page in deployed.client("cloudwatch").get_paginator("list_metrics").paginate():
        yield "metrics", _text(page["Metrics"])
    for file in deployed.lane.folder.rglob("*"):
        if file.is_file():
            yield (
                f"file {file.relative_to(deployed.lane.folder).parts[0]}",
                file.read_bytes().decode("utf-8", "replace"),
            )


def _items(dynamodb: Any) -> Iterator[tuple[str, str]]:
    for table in dynamodb.list_tables()["TableNames"]:
        for page in dynamodb.get_paginator("scan").paginate(TableName=table):
            yield f"table {table}", _text(page["Items"])


def _stream_records(streams: Any) -> Iterator[tuple[str, str]]:
    for stream in streams.list_streams()["Streams"]:
        arn = stream["StreamArn"]
        for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
            position = streams.get_shard_iterator(
                StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            while position:
                answer = streams.get_records(ShardIterator=position)
                yield "stream", _text(answer["Records"])
                position = answer.get("NextShardIterator") if answer["Records"] else None


def _messages(sqs: Any) -> Iterator[tuple[str, str]]:
    for queue in sqs.list_queues()["QueueUrls"]:
        while messages := sqs.receive_message(
            QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=_HIDDEN_SECONDS, WaitTimeSeconds=0
        ).get("Messages"):
            yield f"queue {queue.rpartition('/')[2]}", _text(messages)


def _log_events(logs: Any) -> Iterator[tuple[str, str]]:
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            for events in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
                yield f"log {group['logGroupName']}", _text(events["events"])


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
