"""Answers read as a typed client reads them: botocore's service models say which type each member has.

The lane's other clients are botocore itself, which takes a number given as text for what it is. A provider's client
is generated from the same models and is strict: it refuses the whole answer.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from xml.etree.ElementTree import Element
from zlib import crc32

from botocore import parsers
from botocore.client import BaseClient
from botocore.validate import ParamValidator

_ISO_8601: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)")


_CHECKSUM: Final = "x-amz-crc32"
"""What DynamoDB's clients hold a body to."""


class UndecodableError(Exception):
    """An answer, or a value in it, has not the form that model and protocol give it."""


def _epoch_seconds(value: Any) -> datetime:
    """Read a date of the JSON protocols, which is a number of seconds."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UndecodableError(f"a date is a number of seconds, not {value!r}")
    return datetime.fromtimestamp(value).astimezone()


def _iso_8601(value: Any) -> datetime:
    """Read a date of the XML protocols."""
    if not isinstance(value, str) or not _ISO_8601.fullmatch(value):
        raise UndecodableError(f"a date is ISO 8601, not {value!r}")
    return datetime.fromisoformat(value)


class _Xml:
    """XML knows two words for a truth value; botocore takes whatever is not `true` for false."""

    def _handle_boolean(self, shape: Any, node: Element | str) -> bool:
        text = node if isinstance(node, str) else node.text
        if text not in {"true", "false"}:
            raise UndecodableError(f"{shape.name} is true or false, not {text!r}")
        return text == "true"


class _Query(_Xml, parsers.QueryParser):
    """The protocol of IAM, SNS and, in its older form, CloudWatch."""


class _Ec2(_Xml, parsers.EC2QueryParser):
    """The protocol of EC2."""


class _RestXml(_Xml, parsers.RestXMLParser):
    """The protocol of S3."""


class _RestJson(parsers.RestJSONParser):
    """JSON has numbers and truth values; botocore makes them of texts too, as those of headers are texts."""

    _in_body = False

    def _parse_payload(self, *arguments: Any) -> None:
        self._in_body = True
        try:
            super()._parse_payload(*arguments)  # type: ignore[misc]
        finally:
            self._in_body = False

    def _parse_shape(self, shape: Any, node: Any) -> Any:
        if self._in_body and shape.type_name in {"boolean", "integer", "long", "float", "double"}:
            return node
        return super()._parse_shape(shape, node)  # type: ignore[misc]


_STRICT: Final = {"query": _Query, "ec2": _Ec2, "rest-json": _RestJson, "rest-xml": _RestXml}


class _Strict:
    """A parser that refuses an answer whose members are not of their types, or are missing though required."""

    def __init__(self, protocol: str) -> None:
        parser: Any = _STRICT.get(protocol) or parsers.PROTOCOL_PARSERS[protocol]
        if protocol == "smithy-rpc-v2-cbor":  # its dates have a tag of their own
            self._parser = parser()
        else:
            dates = _epoch_seconds if "json" in protocol else _iso_8601
            self._parser = parser(timestamp_parser=dates)

    def parse(self, response: Mapping[str, Any], shape: Any) -> Any:
        headers = {f"{name}".lower(): value for name, value in response["headers"].items()}
        if (told := headers.get(_CHECKSUM)) and int(told) != crc32(response["body"]):
            raise UndecodableError(f"the checksum {told} is not that of the body")
        answer = self._parser.parse(response, shape)
        if shape is not None and response["status_code"] < 300:
            told = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
            report = ParamValidator().validate(told, shape)
            if report.has_errors():
                raise UndecodableError(report.generate_report())
        return answer


class _Factory:
    def create_parser(self, protocol: str) -> _Strict:
        return _Strict(protocol)


def read_strictly(client: BaseClient) -> None:
    """Have a client refuse answers that a typed client cannot decode."""
    client._endpoint._response_parser_factory = _Factory()  # type: ignore[attr-defined]
