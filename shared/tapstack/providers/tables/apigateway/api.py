"""A REST API's parts, down to its deployment."""

from typing import Final

from tapstack.providers.table import Call, Look, Row, Tagging

NAMES: Final = {"restApi": "restApiId", "deployment": "deploymentId"}
_METHOD: Final = {"restApiId": "$restApi", "resourceId": "$resourceId", "httpMethod": "$httpMethod"}
_METHOD_IMPORT: Final = "(?P<restApi>[^/]+)/(?P<resourceId>[^/]+)/(?P<httpMethod>[^/]+)"
_RESPONSE: Final = {**_METHOD, "statusCode": "$statusCode"}
TAGS: Final = Tagging(
    add="tag_resource",
    remove="untag_resource",
    target={"resourceArn": "$arn"},
    read=Look(operation="get_tags", params={"resourceArn": "$arn"}, take={"tags": "tags"}, auto=False),
)


def tag(arn: str) -> Call:
    """Tag after the creation as well: the emulator reads back only the tags that are given so."""
    return Call(operation="tag_resource", params={"resourceArn": arn, "tags": "$tags"}, on=("tags",))


ROWS: Final = {
    "aws:apigateway/restApi:RestApi": Row(
        service="apigateway",
        create=Call(operation="create_rest_api", auto=True),
        id="@id",
        read=(
            Look(
                operation="get_rest_api",
                params={"restApiId": "$id"},
                take={
                    "endpointConfiguration": "endpointConfiguration.{types: types[0], vpcEndpointIds: vpcEndpointIds}"
                },
            ),
            Look(
                operation="get_resources",
                params={"restApiId": "$id"},
                pick="items[?path=='/'] | [0]",
                take={"rootResourceId": "id"},
                auto=False,
            ),
        ),
        update=(
            Call(
                operation="update_rest_api",
                params={"restApiId": "$id"},
                patch={
                    "apiKeySource": "/apiKeySource",
                    "binaryMediaTypes": "/binaryMediaTypes",
                    "description": "/description",
                    "disableExecuteApiEndpoint": "/disableExecuteApiEndpoint",
                    "endpointAccessMode": "/endpointAccessMode",
                    "endpointConfiguration.types": "/endpointConfiguration/types/0",
                    "minimumCompressionSize": "/minimumCompressionSize",
                    "name": "/name",
                    "policy": "/policy",
                    "securityPolicy": "/securityPolicy",
                },
            ),
        ),
        delete=(Call(operation="delete_rest_api", params={"restApiId": "$id"}),),
        state_only=("endpointAccessMode", "securityPolicy"),
        state_only_reason="the emulator forgets which TLS an API is made to take",
        outputs={
            "arn": "arn:aws:apigateway:${region}::/restapis/${id}",
            "executionArn": "arn:aws:execute-api:${region}:${account}:${id}",
        },
        auto_name="name",
        tagging=TAGS,
    ),
    "aws:apigateway/resource:Resource": Row(
        service="apigateway",
        create=Call(operation="create_resource", auto=True),
        id="@id",
        read=(Look(operation="get_resource", params={"restApiId": "$restApi", "resourceId": "$id"}),),
        update=(
            Call(
                operation="update_resource",
                params={"restApiId": "$restApi", "resourceId": "$id"},
                patch={"parentId": "/parentId", "pathPart": "/pathPart"},
            ),
        ),
        delete=(Call(operation="delete_resource", params={"restApiId": "$restApi", "resourceId": "$id"}),),
        names=NAMES,
        replace_on=("restApi",),
        import_id="(?P<restApi>[^/]+)/(?P<id>[^/]+)",
    ),
    "aws:apigateway/method:Method": Row(
        service="apigateway",
        create=Call(operation="put_method", auto=True),
        id="agm-${restApi}-${resourceId}-${httpMethod}",
        read=(Look(operation="get_method", params=_METHOD),),
        update=(
            Call(
                operation="update_method",
                params=_METHOD,
                patch={
                    "apiKeyRequired": "/apiKeyRequired",
                    "authorization": "/authorizationType",
                    "authorizationScopes": "/authorizationScopes",
                    "authorizerId": "/authorizerId",
                    "operationName": "/operationName",
                    "requestModels": "/requestModels",
                    "requestParameters": "/requestParameters",
                    "requestValidatorId": "/requestValidatorId",
                },
            ),
        ),
        delete=(Call(operation="delete_method", params=_METHOD),),
        names={**NAMES, "authorization": "authorizationType"},
        defaults={"apiKeyRequired": False},
        replace_on=("httpMethod", "resourceId", "restApi"),
        import_id=_METHOD_IMPORT,
    ),
    "aws:apigateway/methodResponse:MethodResponse": Row(
        service="apigateway",
        create=Call(operation="put_method_response", auto=True),
        id="agmr-${restApi}-${resourceId}-${httpMethod}-${statusCode}",
        read=(Look(operation="get_method_response", params=_RESPONSE),),
        update=(
            # The emulator has no update of it, and takes a second one in place of the first.
            Call(operation="put_method_response", auto=True, on=("responseModels", "responseParameters")),
        ),
        delete=(Call(operation="delete_method_response", params=_RESPONSE),),
        names=NAMES,
        replace_on=("httpMethod", "resourceId", "restApi", "statusCode"),
        import_id=f"{_METHOD_IMPORT}/(?P<statusCode>.+)",
    ),
    "aws:apigateway/integration:Integration": Row(
        service="apigateway",
        create=Call(operation="put_integration", auto=True),
        id="agi-${restApi}-${resourceId}-${httpMethod}",
        read=(
            Look(
                operation="get_integration",
                params=_METHOD,
                # What the integration calls `httpMethod` is its own, not the method's.
                take={"httpMethod": "`null`", "integrationHttpMethod": "httpMethod"},
            ),
        ),
        update=(
            Call(
                operation="update_integration",
                params=_METHOD,
                patch={
                    "cacheKeyParameters": "/cacheKeyParameters",
                    "cacheNamespace": "/cacheNamespace",
                    "connectionId": "/connectionId",
                    "connectionType": "/connectionType",
                    "contentHandling": "/contentHandling",
                    "requestParameters": "/requestParameters",
                    "requestTemplates": "/requestTemplates",
                    "timeoutMilliseconds": "/timeoutInMillis",
                    "uri": "/uri",
                },
            ),
        ),
        delete=(Call(operation="delete_integration", params=_METHOD),),
        names={**NAMES, "timeoutMilliseconds": "timeoutInMillis"},
        defaults={"connectionType": "INTERNET", "timeoutMilliseconds": 29000},
        replace_on=(
            "credentials",
            "httpMethod",
            "integrationHttpMethod",
            "passthroughBehavior",
            "resourceId",
            "restApi",
            "type",
        ),
        import_id=_METHOD_IMPORT,
    ),
    "aws:apigateway/integrationResponse:IntegrationResponse": Row(
        service="apigateway",
        create=Call(operation="put_integration_response", auto=True),
        id="agir-${restApi}-${resourceId}-${httpMethod}-${statusCode}",
        read=(Look(operation="get_integration_response", params=_RESPONSE),),
        # Like the real provider, it puts the whole response again.
        update=(
            Call(
                operation="put_integration_response",
                auto=True,
                on=("contentHandling", "responseParameters", "responseTemplates", "selectionPattern"),
            ),
        ),
        delete=(Call(operation="delete_integration_response", params=_RESPONSE),),
        names=NAMES,
        replace_on=("httpMethod", "resourceId", "restApi", "statusCode"),
        import_id=f"{_METHOD_IMPORT}/(?P<statusCode>.+)",
    ),
    "aws:apigateway/model:Model": Row(
        service="apigateway",
        create=Call(operation="create_model", auto=True),
        id="@id",
        read=(Look(operation="get_model", params={"restApiId": "$restApi", "modelName": "$name"}, take={"id": "id"}),),
        update=(
            Call(
                operation="update_model",
                params={"restApiId": "$restApi", "modelName": "$name"},
                patch={"description": "/description", "schema": "/schema"},
            ),
        ),
        delete=(Call(operation="delete_model", params={"restApiId": "$restApi", "modelName": "$name"}),),
        names=NAMES,
        replace_on=("contentType", "name", "restApi"),
        auto_name="name",
        import_id="(?P<restApi>[^/]+)/(?P<name>.+)",
    ),
    "aws:apigateway/requestValidator:RequestValidator": Row(
        service="apigateway",
        create=Call(operation="create_request_validator", auto=True),
        id="@id",
        read=(Look(operation="get_request_validator", params={"restApiId": "$restApi", "requestValidatorId": "$id"}),),
        update=(
            Call(
                operation="update_request_validator",
                params={"restApiId": "$restApi", "requestValidatorId": "$id"},
                patch={
                    "name": "/name",
                    "validateRequestBody": "/validateRequestBody",
                    "validateRequestParameters": "/validateRequestParameters",
                },
            ),
        ),
        delete=(
            Call(
                operation="delete_request_validator",
                params={"restApiId": "$restApi", "requestValidatorId": "$id"},
            ),
        ),
        names=NAMES,
        defaults={"validateRequestBody": False, "validateRequestParameters": False},
        replace_on=("restApi",),
        auto_name="name",
        import_id="(?P<restApi>[^/]+)/(?P<id>.+)",
    ),
    "aws:apigateway/response:Response": Row(
        service="apigateway",
        create=Call(operation="put_gateway_response", auto=True),
        id="aggr-${restApiId}-${responseType}",
        read=(
            Look(
                operation="get_gateway_response",
                params={"restApiId": "$restApiId", "responseType": "$responseType"},
                pick="defaultResponse != `true` && @ || `null`",
            ),
        ),
        update=(
            Call(
                operation="put_gateway_response",
                auto=True,
                on=("responseParameters", "responseTemplates", "statusCode"),
            ),
        ),
        delete=(
            Call(
                operation="delete_gateway_response",
                params={"restApiId": "$restApiId", "responseType": "$responseType"},
            ),
        ),
        replace_on=("responseType", "restApiId"),
        import_id="(?P<restApiId>[^/]+)/(?P<responseType>.+)",
    ),
    "aws:apigateway/deployment:Deployment": Row(
        service="apigateway",
        create=Call(operation="create_deployment", auto=True),
        id="@id",
        read=(Look(operation="get_deployment", params={"restApiId": "$restApi", "deploymentId": "$id"}),),
        update=(
            Call(
                operation="update_deployment",
                params={"restApiId": "$restApi", "deploymentId": "$id"},
                patch={"description": "/description"},
            ),
        ),
        delete=(Call(operation="delete_deployment", params={"restApiId": "$restApi", "deploymentId": "$id"}),),
        names=NAMES,
        replace_on=("restApi", "triggers", "variables"),
        # It is Pulumi's own, and no part of the API.
        state_only=("triggers",),
        import_id="(?P<restApi>[^/]+)/(?P<id>.+)",
    ),
}
