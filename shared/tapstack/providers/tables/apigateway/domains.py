"""A REST API's own domain name, and the mapping of its paths to stages.

The emulator makes and deletes both, and sends requests on by their `Host`. It changes neither: what the provider
updates of a domain name stays in the state, and a mapping is made anew under the same domain name.
"""

from typing import Final

from tapstack.providers.table import Call, Look, Row, Scope
from tapstack.providers.tables.apigateway.api import NAMES, TAGS, tag
from tapstack.providers.values import Props

_ROOT: Final = "(none)"
"""API Gateway's word for no path."""


def _mapping_id(scope: Scope) -> str:
    return f"{scope['domainName']}/{scope['basePath'] or ''}"


def _mapped(scope: Scope) -> Props:
    return {"domainName": scope["domainName"], "basePath": scope["basePath"] or _ROOT}


def _read_mapping(scope: Scope) -> Props:
    found = scope.call("apigateway", "get_base_path_mapping", _mapped(scope))
    path = {} if found["basePath"] == _ROOT else {"basePath": found["basePath"]}
    return {"restApi": found["restApiId"], "stageName": found.get("stage") or "", **path}


def _remap(scope: Scope) -> None:
    before = {"domainName": scope["domainName"], "basePath": scope.state.get("basePath") or _ROOT}
    scope.call("apigateway", "delete_base_path_mapping", before)
    wanted = {"restApiId": scope["restApi"], "stage": scope.inputs.get("stageName") or ""}
    path = {"basePath": scope.inputs["basePath"]} if scope.inputs.get("basePath") else {}
    scope.call("apigateway", "create_base_path_mapping", {"domainName": scope["domainName"], **path, **wanted})


_ARN: Final = "arn:aws:apigateway:${region}::/domainnames/${domainName}"

ROWS: Final = {
    "aws:apigateway/domainName:DomainName": Row(
        service="apigateway",
        create=Call(operation="create_domain_name", auto=True),
        id="$domainName",
        settle=(tag(_ARN),),
        read=(
            Look(
                operation="get_domain_name",
                params={"domainName": "$id"},
                take={
                    "endpointConfiguration": "endpointConfiguration.{types: types[0]}",
                    "regionalZoneId": "regionalHostedZoneId",
                },
            ),
        ),
        delete=(Call(operation="delete_domain_name", params={"domainName": "$id"}),),
        outputs={"arn": _ARN},
        replace_on=("certificateBody", "certificateChain", "certificatePrivateKey", "domainName"),
        state_only=("endpointAccessMode", "mutualTlsAuthentication", "regionalCertificateArn", "securityPolicy"),
        state_only_reason="the emulator changes nothing of a domain name once it is made, and ends no TLS",
        import_id="(?P<domainName>.+)",
        tagging=TAGS,
    ),
    "aws:apigateway/basePathMapping:BasePathMapping": Row(
        service="apigateway",
        create=Call(operation="create_base_path_mapping", auto=True),
        id=_mapping_id,
        read=(Look(run=_read_mapping),),
        update=(Call(run=_remap, on=("basePath", "restApi", "stageName")),),
        delete=(
            Call(
                operation="delete_base_path_mapping",
                params={"domainName": "$domainName", "basePath": lambda scope: scope["basePath"] or _ROOT},
            ),
        ),
        names={**NAMES, "stageName": "stage"},
        replace_on=("domainName",),
        import_id="(?P<domainName>[^/]+)/(?P<basePath>.*)",
    ),
}
