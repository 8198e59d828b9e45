"""The package's functions that the programs call."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from tapstack.providers.clients import Clients, ProviderError
from tapstack.providers.values import Props


def _caller_identity(clients: Clients, _: Props) -> Props:
    answer = clients.call("sts", "get_caller_identity", {})
    return {"id": answer["Account"], "accountId": answer["Account"], "arn": answer["Arn"], "userId": answer["UserId"]}


def _oidc_provider(clients: Clients, arguments: Props) -> Props:
    arn = arguments.get("arn") or f"arn:aws:iam::{clients.account}:oidc-provider/{_host(arguments['url'])}"
    found = clients.call("iam", "get_open_id_connect_provider", {"OpenIDConnectProviderArn": arn})
    return {
        "id": arn,
        "arn": arn,
        "url": _host(found["Url"]),
        "clientIdLists": found["ClientIDList"],
        "thumbprintLists": found.get("ThumbprintList") or [],
        "tags": {tag["Key"]: tag["Value"] for tag in found.get("Tags") or []},
    }


def _host(url: str) -> str:
    return url.removeprefix("https://")


def _region(clients: Clients, arguments: Props) -> Props:
    name = arguments.get("name") or arguments.get("region") or clients.region
    endpoint = f"ec2.{name}.amazonaws.com"
    return {"id": name, "name": name, "region": name, "endpoint": endpoint, "description": name}


def _partition(_: Clients, __: Props) -> Props:
    # The emulator is always the partition of the public regions.
    return {"id": "aws", "partition": "aws", "dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws"}


def _availability_zones(clients: Clients, arguments: Props) -> Props:
    filters = [{"Name": item["name"], "Values": item["values"]} for item in arguments.get("filters") or []]
    answer = clients.call("ec2", "describe_availability_zones", {})
    excluded = {*(arguments.get("excludeNames") or []), *(arguments.get("excludeZoneIds") or [])}
    zones = sorted(
        (
            zone
            for zone in answer["AvailabilityZones"]
            if not excluded & {zone["ZoneName"], zone["ZoneId"]}
            and arguments.get("state") in {None, zone["State"]}
            and all(_passes(zone, item["Name"], item["Values"]) for item in filters)
        ),
        key=lambda zone: str(zone["ZoneName"]),
    )
    return {
        "id": clients.region,
        "names": [zone["ZoneName"] for zone in zones],
        "zoneIds": [zone["ZoneId"] for zone in zones],
        "groupNames": sorted({zone.get("GroupName") or clients.region for zone in zones}),
        "region": clients.region,
    }


def _roles(clients: Clients, arguments: Props) -> Props:
    pattern = re.compile(arguments.get("nameRegex") or "")
    wanted: Props = {"PathPrefix": arguments["pathPrefix"]} if arguments.get("pathPrefix") else {}
    roles: list[Props] = []
    marker: str | None = None
    while True:
        answer = clients.call("iam", "list_roles", wanted | ({"Marker": marker} if marker else {}))
        roles += [role for role in answer["Roles"] if pattern.search(role["RoleName"])]
        if not answer.get("IsTruncated"):
            break
        marker = answer["Marker"]
    return {
        "id": clients.region,
        "names": [role["RoleName"] for role in roles],
        "arns": [role["Arn"] for role in roles],
    }


def _service_quota(clients: Clients, arguments: Props) -> Props:
    service, quota = arguments["serviceCode"], arguments.get("quotaCode")
    # The emulator has no Service Quotas; Lambda itself tells the one that the programs ask for.
    if (service, quota) != ("lambda", "L-B99A9384"):
        raise ProviderError(f"reading Service Quotas Service Quota ({service}/{quota}): the emulator does not have it")
    limits = clients.call("lambda", "get_account_settings", {})["AccountLimit"]
    return {
        "id": f"arn:aws:servicequotas:{clients.region}:{clients.account}:{service}/{quota}",
        "serviceCode": service,
        "quotaCode": quota,
        "quotaName": "Concurrent executions",
        "adjustable": True,
        "value": float(limits["ConcurrentExecutions"]),
    }


def _hosted_zone(clients: Clients, arguments: Props) -> Props:
    zone_id = arguments.get("zoneId")
    if not zone_id:
        raise ProviderError("reading Route 53 Hosted Zone: the stand-in looks zones up by zoneId alone")
    zone = clients.call("route53", "get_hosted_zone", {"Id": zone_id})["HostedZone"]
    return {
        "id": zone_id,
        "zoneId": zone_id,
        "arn": f"arn:aws:route53:::hostedzone/{zone_id}",
        "name": zone["Name"].removesuffix("."),
        "privateZone": bool(zone.get("Config", {}).get("PrivateZone")),
    }


def _passes(zone: Props, name: str, values: list[str]) -> bool:
    member = {"opt-in-status": "OptInStatus", "zone-name": "ZoneName", "zone-id": "ZoneId", "state": "State"}.get(name)
    # The emulator leaves out what is the same for all its zones.
    return member is None or zone.get(member) is None or zone[member] in values


SERVICES: Final = ("ec2", "iam", "lambda", "route53", "sts")
"""The services that the functions call."""

INVOKES: Final[Mapping[str, Callable[[Clients, Props], Props]]] = {
    "aws:index/getAvailabilityZones:getAvailabilityZones": _availability_zones,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
    "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider": _oidc_provider,
    "aws:iam/getRoles:getRoles": _roles,
    "aws:route53/getZone:getZone": _hosted_zone,
    "aws:servicequotas/getServiceQuota:getServiceQuota": _service_quota,
}
