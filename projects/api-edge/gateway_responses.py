"""What API Gateway answers by itself, as problem documents (RFC 9457) like the validator's own."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi_aws as aws
from pulumi import Input

from gateway_problems import GATEWAY_PROBLEMS, GatewayProblem
from transactions.agreed.api import PROBLEM_MEDIA_TYPE, problem_type


@dataclass(frozen=True)
class GatewayResponses:
    """The responses, one per problem."""

    responses: Sequence[aws.apigateway.Response]

    @property
    def definition(self) -> Input[object]:
        """What callers would notice a change of."""
        return [
            {
                "type": response.response_type,
                "status": response.status_code,
                "headers": response.response_parameters,
                "body": response.response_templates,
            }
            for response in self.responses
        ]


def make_gateway_responses(api: aws.apigateway.RestApi) -> GatewayResponses:
    """Make a response for every problem."""
    return GatewayResponses(
        [
            aws.apigateway.Response(
                problem.kind.lower().replace("_", "-"),
                rest_api_id=api.id,
                response_type=problem.kind,
                status_code=f"{problem.status}" if problem.status else None,
                response_parameters={
                    "gatewayresponse.header.Content-Type": f"'{PROBLEM_MEDIA_TYPE}'",
                    **(
                        {"gatewayresponse.header.Retry-After": f"'{problem.retry_after_seconds}'"}
                        if problem.retry_after_seconds
                        else {}
                    ),
                },
                response_templates={"application/json": _document(problem)},
            )
            for problem in GATEWAY_PROBLEMS
        ]
    )


def _document(problem: GatewayProblem) -> str:
    # No $context.error text goes in: for a refused body it repeats parts of the body.
    return json.dumps(
        {
            "type": problem_type(problem.slug),
            "title": problem.title,
            **({"status": problem.status} if problem.status else {}),
            "requestId": "$context.requestId",
        }
    )
