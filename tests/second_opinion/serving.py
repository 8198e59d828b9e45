"""Serves moto, with a way round each thing that it does otherwise than AWS and that a layer cannot live with.

Runs in moto's own environment: `python serving.py PORT`. Each way round is named by a row of `differences.toml`.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any, Final
from urllib.parse import parse_qs, unquote

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple


@dataclass
class Request:
    """A request, whose body may be read and replaced.

    Attributes:
        method: of HTTP.
        path: percent-decoded.
        target: service and operation of the JSON protocols, such as `AmazonSQS.GetQueueAttributes`.
        body: as it came.
        query: of the URL, as it came.
    """

    method: str
    path: str
    target: str
    body: bytes
    query: str

    @property
    def keys(self) -> list[str]:
        """The keys of tags that are to go."""
        return parse_qs(self.query).get("tagKeys", [])

    @property
    def document(self) -> Any:
        """The body of a JSON protocol."""
        return json.loads(self.body) if self.body else {}


@dataclass
class Answer:
    """An answer."""

    status: int
    body: bytes
    headers: list[tuple[str, str]] = field(default_factory=list)

    @property
    def document(self) -> Any:
        """The body of a JSON protocol."""
        return json.loads(self.body) if self.body else {}


Service = Callable[[Request], Answer]
WayRound = Callable[[Request, Service], Answer]


def json_answer(document: Any, status: int = 200) -> Answer:
    """Answer in a JSON protocol."""
    return Answer(status, json.dumps(document).encode(), [("Content-Type", "application/x-amz-json-1.1")])


def keep_redrive_allow_policies() -> WayRound:
    """Keep the attribute that moto does not know, beside it."""
    kept: dict[str, str] = {}
    name = "RedriveAllowPolicy"

    def around(request: Request, service: Service) -> Answer:
        if request.target == "AmazonSQS.SetQueueAttributes":
            document = request.document
            if (value := document["Attributes"].pop(name, None)) is not None:
                kept[document["QueueUrl"]] = value
                if not document["Attributes"]:
                    return json_answer({})
                request.body = json.dumps(document).encode()
        if request.target == "AmazonSQS.GetQueueAttributes":
            document = request.document
            asked = document.get("AttributeNames", [])
            if name in asked:
                document["AttributeNames"] = ["All"]
                request.body = json.dumps(document).encode()
            answer = service(request)
            if answer.status == 200 and {name, "All"} & {*asked}:
                told = answer.document
                if name in asked:
                    told["Attributes"] = {key: told["Attributes"][key] for key in asked if key in told["Attributes"]}
                if kept.get(document["QueueUrl"]):
                    told.setdefault("Attributes", {})[name] = kept[document["QueueUrl"]]
                return json_answer(told)
            return answer
        return service(request)

    return around


def keep_tags_of_rest_apis() -> WayRound:
    """Keep the tags of what moto can tag only when it makes it: REST APIs, API keys, usage plans."""
    kept: dict[str, dict[str, str]] = {}
    known = re.compile(r"/tags/arn:[^:]+:apigateway:[^:]+::(?P<thing>/(restapis|apikeys|usageplans)/[^/]+)")

    def around(request: Request, service: Service) -> Answer:
        if not (tags := known.fullmatch(request.path)):
            return service(request)
        thing = tags["thing"]
        if thing not in kept:
            found = service(replace(request, method="GET", path=thing, body=b""))
            if found.status != 200:
                return found
            kept[thing] = found.document.get("tags") or {}
        if request.method == "GET":
            return json_answer({"tags": kept[thing]})
        if request.method == "PUT":
            kept[thing] |= request.document["tags"]
        else:
            kept[thing] = {key: value for key, value in kept[thing].items() if key not in request.keys}
        return Answer(204, b"")

    return around


def give_gateway_endpoints_no_private_dns() -> WayRound:
    """Say for gateway endpoints what goes without saying: they have no private DNS."""

    def around(request: Request, service: Service) -> Answer:
        if request.body.startswith(b"Action=CreateVpcEndpoint&"):
            form = parse_qs(request.body.decode())
            if form.get("VpcEndpointType", ["Gateway"]) == ["Gateway"] and "PrivateDnsEnabled" not in form:
                return service(replace(request, body=request.body + b"&PrivateDnsEnabled=false"))
        return service(request)

    return around


def list_function_urls() -> WayRound:
    """Say that no function has a URL: none of the layers makes one."""
    known = re.compile(r"/2021-10-31/functions/[^/]+/urls")

    def around(request: Request, service: Service) -> Answer:
        if request.method == "GET" and known.fullmatch(request.path):
            return json_answer({"FunctionUrlConfigs": []})
        return service(request)

    return around


def list_resources_of_web_acls() -> WayRound:
    """Name the resources that a web ACL is associated with."""
    kept: dict[str, str] = {}

    def around(request: Request, service: Service) -> Answer:
        _, _, operation = request.target.partition(".")
        if operation == "ListResourcesForWebACL":
            acl = request.document["WebACLArn"]
            return json_answer({"ResourceArns": [resource for resource, known in kept.items() if known == acl]})
        answer = service(request)
        if answer.status == 200 and operation == "AssociateWebACL":
            kept[request.document["ResourceArn"]] = request.document["WebACLArn"]
        if answer.status == 200 and operation == "DisassociateWebACL":
            kept.pop(request.document["ResourceArn"], None)
        return answer

    return around


WAYS_ROUND: Final[dict[str, WayRound]] = {
    "function-urls": list_function_urls(),
    "private-dns-of-gateways": give_gateway_endpoints_no_private_dns(),
    "redrive-allow-policies": keep_redrive_allow_policies(),
    "resources-of-web-acls": list_resources_of_web_acls(),
    "tags-of-rest-apis": keep_tags_of_rest_apis(),
}
"""By the name that a row gives it."""


class GoneRound:
    """The application of moto behind all ways round."""

    def __init__(self, application: Any) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request."""
        request = Request(
            environ["REQUEST_METHOD"],
            unquote(environ["PATH_INFO"]),
            environ.get("HTTP_X_AMZ_TARGET", ""),
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)),
            environ.get("QUERY_STRING", ""),
        )

        def serve(asked: Request) -> Answer:
            told: dict[str, Any] = {}

            def started(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
                told.update(status=int(status.split(maxsplit=1)[0]), headers=headers)

            inner = {
                **environ,
                "REQUEST_METHOD": asked.method,
                "PATH_INFO": asked.path,
                "wsgi.input": BytesIO(asked.body),
                "CONTENT_LENGTH": f"{len(asked.body)}",
            }
            if asked.path != request.path:
                inner |= {"RAW_URI": asked.path, "REQUEST_URI": asked.path}
            body = b"".join(self._application(inner, started))
            return Answer(told["status"], body, told["headers"])

        service: Service = serve
        for way_round in WAYS_ROUND.values():
            service = _around(way_round, service)
        answer = service(request)
        headers = [(name, value) for name, value in answer.headers if name.lower() != "content-length"]
        start_response(f"{answer.status} Status", [*headers, ("Content-Length", f"{len(answer.body)}")])
        return [answer.body]


def _around(way_round: WayRound, service: Service) -> Service:
    return lambda request: way_round(request, service)


def main() -> None:
    """Serve until the process is ended."""
    application = GoneRound(DomainDispatcherApplication(create_backend_app))
    run_simple("127.0.0.1", int(sys.argv[1]), application, threaded=True)


if __name__ == "__main__":
    main()
