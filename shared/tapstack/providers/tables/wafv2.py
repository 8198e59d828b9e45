"""Web ACLs, where they stand, and their logs."""

from typing import Final

from tapstack.providers.table import Call, Look, Row, Scope, Tagging

_ACL: Final = {"Name": "$name", "Scope": "$scope", "Id": "$id"}
_CONTENT: Final = (
    "associationConfig",
    "captchaConfig",
    "challengeConfig",
    "customResponseBodies",
    "dataProtectionConfig",
    "defaultAction",
    "description",
    "rules",
    "tokenDomains",
    "visibilityConfig",
)


def _lock(scope: Scope) -> str:
    """Ask for the token that proves one saw the newest state."""
    params = {"Name": scope["name"], "Scope": scope["scope"], "Id": scope["id"]}
    return str(scope.call("wafv2", "get_web_acl", params)["LockToken"])


ROWS: Final = {
    "aws:wafv2/webAcl:WebAcl": Row(
        service="wafv2",
        create=Call(operation="create_web_acl", auto=True),
        id="@Summary.Id",
        read=(Look(operation="get_web_acl", params=_ACL, pick="merge(WebACL, {LockToken: LockToken})"),),
        update=(Call(operation="update_web_acl", params={**_ACL, "LockToken": _lock}, auto=_CONTENT, on=_CONTENT),),
        delete=(Call(operation="delete_web_acl", params={**_ACL, "LockToken": _lock}),),
        replace_on=("name", "scope"),
        auto_name="name",
        name_limit=128,
        import_id="(?P<id>[^/]+)/(?P<name>[^/]+)/(?P<scope>.+)",
        tagging=Tagging(
            add="tag_resource",
            remove="untag_resource",
            target={"ResourceARN": "$arn"},
            read=Look(
                operation="list_tags_for_resource",
                params={"ResourceARN": "$arn"},
                take={"tags": "TagInfoForResource.TagList"},
                auto=False,
            ),
        ),
    ),
    "aws:wafv2/webAclAssociation:WebAclAssociation": Row(
        service="wafv2",
        create=Call(operation="associate_web_acl", auto=True),
        id="${webAclArn},${resourceArn}",
        read=(
            Look(
                operation="get_web_acl_for_resource",
                params={"ResourceArn": "$resourceArn"},
                pick="WebACL",
                take={"webAclArn": "ARN"},
                auto=False,
            ),
        ),
        delete=(Call(operation="disassociate_web_acl", params={"ResourceArn": "$resourceArn"}),),
        replace_on=("resourceArn", "webAclArn"),
        delete_before_replace=True,
        import_id="(?P<webAclArn>[^,]+),(?P<resourceArn>.+)",
    ),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": Row(
        service="wafv2",
        id="$resourceArn",
        replace_on=("resourceArn",),
        state_only=("logDestinationConfigs", "loggingFilter", "redactedFields", "resourceArn"),
        state_only_reason="no web ACL of the lane writes logs",
    ),
}
