"""What a change of a web ACL changes, and who tells of its association."""

import re
from typing import Final

from tapstack.lane.patches.serving import Answer, Request, Service, module, step_in

_STAGE: Final = re.compile(r"/restapis/(?P<api>[^/]+)/stages/(?P<stage>[^/]+)")


async def _change_description(request: Request, service: Service) -> Answer:
    answer = await service(request)
    if request.action == "UpdateWebACL" and answer.status == 200:
        document = request.document
        firewalls = module("services.waf")
        acl = firewalls._resource_from_scope(firewalls._web_acls, document["Id"], document["Scope"])
        acl["Description"] = document.get("Description", "")
    return answer


async def _tell_of_acl(request: Request, service: Service) -> Answer:
    answer = await service(request)
    stage = _STAGE.fullmatch(request.path)
    if not stage or request.method not in {"GET", "PATCH"} or answer.status != 200:
        return answer
    region = module("core.responses").get_region()
    arn = f"arn:aws:apigateway:{region}::/restapis/{stage['api']}/stages/{stage['stage']}"
    acl = module("services.waf")._associations.get(arn)
    return answer.with_document({**answer.document, "webAclArn": acl}) if acl else answer


def change_descriptions() -> None:
    """Take the description of an update."""
    step_in("wafv2", _change_description)


def tell_stages() -> None:
    """Have a stage name the web ACL that it is associated with."""
    step_in("apigateway", _tell_of_acl)
