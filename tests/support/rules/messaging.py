"""Rules of queues, topics, events, alarms and logs, broken."""

import json
from collections.abc import Mapping
from typing import Final

from support.rules.case import Broken, Held
from support.rules.given import ALLOW, QUEUE_POLICY, policy

QUEUE: Final = "aws:sqs/queue:Queue"
QUEUE_POLICY_TYPE: Final = "aws:sqs/queuePolicy:QueuePolicy"
TOPIC: Final = "aws:sns/topic:Topic"
TOPIC_POLICY: Final = "aws:sns/topicPolicy:TopicPolicy"
SUBSCRIPTION: Final = "aws:sns/topicSubscription:TopicSubscription"
ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"
DASHBOARD: Final = "aws:cloudwatch/dashboard:Dashboard"
LOG: Final = "aws:cloudwatch/logGroup:LogGroup"
LOG_POLICY: Final = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy"
EVENT: Final = "aws:cloudwatch/eventRule:EventRule"
TARGET: Final = "aws:cloudwatch/eventTarget:EventTarget"


def redrive(target: str, count: object = 3) -> str:
    return json.dumps({"deadLetterTargetArn": target, **({} if count is None else {"maxReceiveCount": count})})


GIVEN_QUEUE: Final = "@{queue.arn}"
METRIC: Final = {
    "comparisonOperator": "GreaterThanThreshold",
    "evaluationPeriods": 1,
    "metricName": "Errors",
    "namespace": "AWS/Lambda",
    "period": 60,
    "statistic": "Sum",
    "threshold": 1,
}
PUBLISH: Final = {"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": "*"}
NOBODY: Final = {"AWS": "arn:aws:iam::000000000000:role/nobody"}


def dashboard(*metric: object) -> str:
    return json.dumps({"widgets": [{"type": "metric", "properties": {"metrics": [metric], "region": "eu-central-1"}}]})


BROKEN: Final[Mapping[str, Broken | Held]] = {
    "queue-name": Broken(QUEUE, {"name": "a queue"}, {"name": "a-queue"}),
    "queue-attribute-out-of-range": Broken(
        QUEUE, {"visibilityTimeoutSeconds": 43_201}, {"visibilityTimeoutSeconds": 43_200}
    ),
    "redrive-without-count": Broken(
        QUEUE, {"redrivePolicy": redrive(GIVEN_QUEUE, None)}, {"redrivePolicy": redrive(GIVEN_QUEUE)}
    ),
    "redrive-count": Broken(
        QUEUE, {"redrivePolicy": redrive(GIVEN_QUEUE, 1001)}, {"redrivePolicy": redrive(GIVEN_QUEUE, 1000)}
    ),
    "dead-letters-of-another-kind": Broken(
        QUEUE, {"redrivePolicy": redrive("@{queue.arn}.fifo")}, {"redrivePolicy": redrive(GIVEN_QUEUE)}
    ),
    "dead-letters-nowhere": Broken(
        QUEUE, {"redrivePolicy": redrive("@{queue.arn}-none")}, {"redrivePolicy": redrive(GIVEN_QUEUE)}
    ),
    "dead-letters-of-another-account": Broken(
        QUEUE,
        {"redrivePolicy": redrive("arn:aws:sqs:eu-central-1:111111111111:given")},
        {"redrivePolicy": redrive(GIVEN_QUEUE)},
    ),
    "queue-name-taken": Broken(
        QUEUE, {"name": "given", "visibilityTimeoutSeconds": 31}, {"name": "not-given", "visibilityTimeoutSeconds": 31}
    ),
    "queue-policy-without-principal": Broken(
        QUEUE_POLICY_TYPE,
        {
            "queueUrl": "@queue.url",
            "policy": policy({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}),
        },
        {"policy": policy(QUEUE_POLICY)},
    ),
    "topic-name": Broken(TOPIC, {"name": "a topic"}, {"name": "a-topic"}),
    "topic-name-taken": Broken(TOPIC, {"name": "given", "displayName": "two"}, {"displayName": "one"}),
    "topic-policy-out-of-scope": Broken(
        TOPIC_POLICY,
        {"arn": "@topic.arn", "policy": policy({**PUBLISH, "Action": "sns:*"})},
        {"policy": policy(PUBLISH)},
    ),
    "topic-policy-for-nobody": Broken(
        TOPIC_POLICY,
        {"arn": "@topic.arn", "policy": policy({**PUBLISH, "Principal": NOBODY})},
        {"policy": policy({**PUBLISH, "Principal": {"AWS": "arn:aws:iam::000000000000:role/given"}})},
    ),
    "subscription-of-no-topic": Broken(
        SUBSCRIPTION,
        {"topic": "arn:aws:sns:eu-central-1:000000000000:none", "protocol": "sqs", "endpoint": "@queue.arn"},
        {"topic": "@topic.arn"},
    ),
    "subscription-protocol": Broken(
        SUBSCRIPTION,
        {"topic": "@topic.arn", "protocol": "fax", "endpoint": "@queue.arn"},
        {"protocol": "sqs"},
    ),
    "subscription-email": Broken(
        SUBSCRIPTION,
        {"topic": "@topic.arn", "protocol": "email", "endpoint": "ops"},
        {"endpoint": "ops@example.com"},
    ),
    "subscription-queue": Broken(
        SUBSCRIPTION, {"topic": "@topic.arn", "protocol": "sqs", "endpoint": "given"}, {"endpoint": "@queue.arn"}
    ),
    "subscription-filter": Broken(
        SUBSCRIPTION,
        {"topic": "@topic.arn", "protocol": "sqs", "endpoint": "@queue.arn", "filterPolicy": "{kind"},
        {"filterPolicy": '{"kind": ["alert"]}'},
    ),
    "alarm-beyond-a-day": Broken(
        ALARM, {**METRIC, "period": 300, "evaluationPeriods": 289}, {"evaluationPeriods": 288}
    ),
    "alarm-beyond-a-week": Broken(
        ALARM, {**METRIC, "period": 3600, "evaluationPeriods": 169}, {"evaluationPeriods": 168}
    ),
    "alarm-with-more-datapoints-than-periods": Broken(
        ALARM, {**METRIC, "evaluationPeriods": 2, "datapointsToAlarm": 3}, {"datapointsToAlarm": 2}
    ),
    "alarm-action-in-another-region": Broken(
        ALARM,
        {**METRIC, "alarmActions": ["arn:aws:sns:us-east-1:000000000000:given"]},
        {"alarmActions": ["@topic.arn"]},
    ),
    "dashboard-name": Broken(
        DASHBOARD,
        {"dashboardName": "a board", "dashboardBody": dashboard("AWS/Lambda", "Errors")},
        {"dashboardName": "a"},
    ),
    "dashboard-metrics": Broken(
        DASHBOARD,
        {"dashboardName": "metrics", "dashboardBody": dashboard("AWS/Lambda", "Errors", 5)},
        {"dashboardBody": dashboard("AWS/Lambda", "Errors", {"stat": "Sum"})},
    ),
    "log-group-name-taken": Broken(LOG, {"name": "given"}, {"name": "not-given"}),
    "log-group-with-key-not-for-logs": Broken(LOG, {"kmsKeyId": "@key.arn"}, {"kmsKeyId": "@key-for-logs.arn"}),
    "log-resource-policies-beyond-ten": Broken(
        LOG_POLICY,
        {"policyName": "eleventh", "policyDocument": policy({**ALLOW, "Principal": "*"})},
        given="log-policy-9",
    ),
    "data-protection-of-no-log-group": Broken(
        "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy",
        {"logGroupName": "none", "policyDocument": json.dumps({"Name": "p", "Version": "2021-06-01", "Statement": []})},
        {"logGroupName": "given"},
    ),
    "event-schedule": Broken(
        EVENT, {"scheduleExpression": "rate(1 minutes)"}, {"scheduleExpression": "cron(0 8 ? * MON-FRI *)"}
    ),
    "event-pattern": Broken(EVENT, {"eventPattern": '["aws.ec2"]'}, {"eventPattern": '{"source": ["aws.ec2"]}'}),
    "event-rule-of-nothing": Broken(EVENT, {}, {"scheduleExpression": "rate(1 hour)"}),
    "event-target-arn": Broken(TARGET, {"rule": "given", "arn": "given"}, {"arn": "@queue.arn"}),
    "event-target-of-no-rule": Broken(TARGET, {"rule": "none", "arn": "@queue.arn"}, {"rule": "given"}),
    "event-targets-beyond-five": Broken(TARGET, {"rule": "full", "arn": "@queue.arn"}, {"rule": "given"}),
    "event-rule-with-targets": Held("held-event-rule", {"target": (TARGET, {"rule": "held", "arn": "@queue.arn"})}),
}
