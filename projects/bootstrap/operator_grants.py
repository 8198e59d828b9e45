"""What the role of operators may do: what their commands call, on the environment's own things.

    merchant                      the merchants table, API keys and their places in usage plans, KMS for what is theirs
    explain, webhook              transactions, velocity and deliveries; the notifications queue
    review                        how a review in the transactions table ends, and the indexes of reviews
    card                          the items of cards in the velocity table, not those of merchants' limits
    label                         the outcome of a transaction, and nothing else of it
    backtest                      transactions, and the indexes that list them
    redrive, reconcile            the queues of what failed, the fraud-detector's alias
    logs                          the functions' log groups
    smoke                         what the role of smoke runs may do

A merchant's webhook secret it encrypts and never decrypts; what it has made and not printed yet, it does.
"""

from collections.abc import Sequence
from typing import Final

import smoke_grants
from grants import Condition, Grant, own
from state_grants import read_outputs
from tapstack.account_names import merchants_project
from transactions.agreed.encryption import HAND_OVER, PURPOSE_CONDITION, WEBHOOK_SECRET
from transactions.agreed.tables import CARD_ID_PREFIX, KEY, OUTCOME, REVIEW_ATTRIBUTES, TRANSACTION_MERCHANT

_API: Final = "arn:{partition}:apigateway:{region}::"
_TABLE: Final = "arn:{partition}:dynamodb:{region}:{account}:table/{prefix}"
_QUEUE: Final = "arn:{partition}:sqs:{region}:{account}:{prefix}"
_FUNCTION: Final = "arn:{partition}:lambda:{region}:{account}:function:{prefix}"
_KEYS: Final = ["arn:{partition}:kms:{region}:{account}:key/*"]
_OF_DATA: Final = own("data")["StringEquals"]


def _of_merchants(kind: str) -> Condition:
    project, environment = f"{kind}/Project", f"{kind}/Environment"
    return {"StringEquals": {project: merchants_project(), environment: "{environment}"}}


STATE: Final[Sequence[Grant]] = read_outputs("data", "compute", "api-edge")

GRANTS: Final[Sequence[Grant]] = [
    Grant(
        ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan"],
        [f"{_TABLE}merchants"],
    ),
    Grant(
        ["dynamodb:BatchGetItem", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:Scan"],
        [f"{_TABLE}transactions"],
    ),
    Grant(["dynamodb:Query"], [f"{_TABLE}transactions/index/*"]),
    # Who may write some attributes must be held to have no others given back. A request that lacks a key matches
    # `ForAllValues`, and is to match nothing here:
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
    Grant(
        ["dynamodb:UpdateItem"],
        [f"{_TABLE}transactions"],
        {
            "ForAllValues:StringEquals": {"dynamodb:Attributes": [KEY, TRANSACTION_MERCHANT, OUTCOME]},
            "StringEqualsIfExists": {"dynamodb:ReturnValues": "NONE"},
            "Null": {"dynamodb:Attributes": "false"},
        },
    ),
    # What a closed review gives back may be read anyway.
    Grant(
        ["dynamodb:UpdateItem"],
        [f"{_TABLE}transactions"],
        {
            "ForAllValues:StringEquals": {"dynamodb:Attributes": REVIEW_ATTRIBUTES},
            "Null": {"dynamodb:Attributes": "false"},
        },
    ),
    Grant(["dynamodb:GetItem"], [f"{_TABLE}velocity"]),
    Grant(
        ["dynamodb:UpdateItem"],
        [f"{_TABLE}velocity"],
        {
            "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{CARD_ID_PREFIX}*"]},
            "Null": {"dynamodb:LeadingKeys": "false"},
        },
    ),
    Grant(["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:UpdateItem"], [f"{_TABLE}deliveries"]),
    Grant(["dynamodb:Query"], [f"{_TABLE}deliveries/index/*"]),
    Grant(["sqs:SendMessage"], [f"{_QUEUE}notifications", f"{_QUEUE}stream-failures"]),
    Grant(
        ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"],
        [f"{_QUEUE}notifications-dead-letters", f"{_QUEUE}stream-failures"],
    ),
    Grant(
        ["lambda:GetFunctionConfiguration"],
        [f"{_FUNCTION}{name}{alias}" for name in ("validator", "fraud-detector", "notifier") for alias in ("", ":*")],
    ),
    Grant(["lambda:InvokeFunction"], [f"{_FUNCTION}fraud-detector:*"]),
    Grant(
        ["logs:FilterLogEvents"],
        [
            f"arn:{{partition}}:logs:{{region}}:{{account}}:log-group:/aws/lambda/{{prefix}}{name}:*"
            for name in ("validator", "fraud-detector", "notifier")
        ],
    ),
    # Tables and queues are encrypted with the data layer's key, and its services ask KMS in the caller's name.
    Grant(
        ["kms:Decrypt", "kms:GenerateDataKey"],
        _KEYS,
        {
            "StringEquals": {
                **_OF_DATA,
                "kms:ViaService": ["dynamodb.{region}.amazonaws.com", "sqs.{region}.amazonaws.com"],
            }
        },
    ),
    Grant(
        ["kms:Encrypt"],
        _KEYS,
        {"StringEquals": {**_OF_DATA, PURPOSE_CONDITION: [HAND_OVER, WEBHOOK_SECRET]}},
    ),
    Grant(["kms:Decrypt"], _KEYS, {"StringEquals": {**_OF_DATA, PURPOSE_CONDITION: HAND_OVER}}),
    # API Gateway lists the keys of all environments or none.
    Grant(["apigateway:GET"], [f"{_API}/apikeys", f"{_API}/usageplans"]),
    Grant(["apigateway:POST"], [f"{_API}/apikeys"], _of_merchants("aws:RequestTag")),
    Grant(["apigateway:PUT"], [f"{_API}/tags/*"], _of_merchants("aws:RequestTag")),
    Grant(["apigateway:DELETE"], [f"{_API}/apikeys/*"], _of_merchants("aws:ResourceTag")),
    Grant(
        ["apigateway:DELETE", "apigateway:GET", "apigateway:POST"],
        [f"{_API}/usageplans/*/keys", f"{_API}/usageplans/*/keys/*"],
        own("api-edge"),
    ),
    *(grant for grant in smoke_grants.PROBE if grant not in smoke_grants.THROUGH_SERVICES),
]
