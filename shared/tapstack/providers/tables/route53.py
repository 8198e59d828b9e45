"""Records of hosted zones: each is put and deleted as a whole, and told apart by zone, name and type."""

from typing import Any, Final

from tapstack.providers.table import Call, Look, Row, Scope
from tapstack.providers.values import Props


def _put(action: str) -> Call:
    return Call(
        run=lambda scope: _change(scope, action, _record_set(scope)),
        on=("aliases", "name", "records", "ttl", "type", "zoneId"),
    )


def _delete(scope: Scope) -> None:
    """Delete the record as it is found: Route 53 wants its values repeated."""
    if found := _find(scope):
        _change(scope, "DELETE", found)


def _change(scope: Scope, action: str, record_set: Props) -> None:
    batch = {"Changes": [{"Action": action, "ResourceRecordSet": record_set}]}
    params = {"HostedZoneId": scope["zoneId"], "ChangeBatch": batch}
    change = scope.call("route53", "change_resource_record_sets", params)["ChangeInfo"]
    # The real provider asks until all name servers have it.
    scope.call("route53", "get_change", {"Id": change["Id"]})


def _record_set(scope: Scope) -> Props:
    name, kind = _absolute(scope["name"]), scope["type"]
    if aliases := scope["aliases"]:
        (alias,) = aliases
        target = {
            "HostedZoneId": alias["zoneId"],
            "DNSName": alias["name"],
            "EvaluateTargetHealth": alias["evaluateTargetHealth"],
        }
        return {"Name": name, "Type": kind, "AliasTarget": target}
    records = [{"Value": value} for value in scope["records"]]
    return {"Name": name, "Type": kind, "TTL": scope["ttl"], "ResourceRecords": records}


def _absolute(name: str) -> str:
    return f"{name.removesuffix('.')}."


def _find(scope: Scope) -> Props | None:
    params = {"HostedZoneId": scope["zoneId"], "StartRecordName": scope["name"], "StartRecordType": scope["type"]}
    wanted = (_absolute(scope["name"]), scope["type"])
    found = scope.call("route53", "list_resource_record_sets", params)["ResourceRecordSets"]
    return next((record for record in found if (record["Name"], record["Type"]) == wanted), None)


def _read(scope: Scope) -> Props | None:
    found = _find(scope)
    return {"fqdn": found["Name"].removesuffix("."), **_held(found)} if found else None


def _held(found: Props) -> dict[str, Any]:
    if alias := found.get("AliasTarget"):
        target = {"zoneId": alias["HostedZoneId"], "name": alias["DNSName"].removesuffix(".")}
        return {"aliases": [{**target, "evaluateTargetHealth": alias["EvaluateTargetHealth"]}]}
    return {"records": [record["Value"] for record in found["ResourceRecords"]], "ttl": found["TTL"]}


ROWS: Final = {
    "aws:route53/record:Record": Row(
        service="route53",
        create=_put("CREATE"),
        id="${zoneId}_${name}_${type}",
        read=(Look(run=_read),),
        update=(_put("UPSERT"),),
        delete=(Call(run=_delete),),
        replace_on=("name", "zoneId"),
        import_id="(?P<zoneId>[A-Z0-9]+)_(?P<name>.+)_(?P<type>[A-Z]+)",
    ),
}
