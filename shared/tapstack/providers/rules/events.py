"""What EventBridge refuses of rules and their targets."""

import re
from collections.abc import Iterator
from typing import Final

from tapstack.providers.crud import Resource
from tapstack.providers.rules.rule import DOCS, InputRule, Inputs, Moment, StateRule, Words, ask, document

_RULE: Final = ("aws:cloudwatch/eventRule:EventRule",)
_TARGET: Final = ("aws:cloudwatch/eventTarget:EventTarget",)
_RATE: Final = re.compile(r"rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)")
_CRON: Final = re.compile(r"cron\((\S+ ){5}\S+\)")
_TARGETS: Final = 5
_API: Final = DOCS + "eventbridge/latest/APIReference/"


def _no_schedule(inputs: Inputs) -> Iterator[Words]:
    expression = inputs.get("scheduleExpression")
    if not expression or _RATE.fullmatch(expression):
        return
    # Of the days of the month and of the week, one has to be a question mark.
    fields = expression[5:-1].split() if _CRON.fullmatch(expression) else []
    if not fields or (fields[2] == "?") == (fields[4] == "?"):
        yield {}


def _no_pattern(inputs: Inputs) -> Iterator[Words]:
    if inputs.get("eventPattern") and not isinstance(document(inputs["eventPattern"]), dict):
        yield {}


def _neither(inputs: Inputs) -> Iterator[Words]:
    if not inputs.get("eventPattern") and not inputs.get("scheduleExpression"):
        yield {}


def _target_of_no_rule(resource: Resource) -> Iterator[Words]:
    if ask(resource, "events", "describe_rule", Name=resource.inputs["rule"]) is None:
        yield {"rule": resource.inputs["rule"], "bus": resource.inputs.get("eventBusName") or "default"}


def _too_many_targets(resource: Resource) -> Iterator[Words]:
    found = ask(resource, "events", "list_targets_by_rule", Rule=resource.inputs["rule"]) or {"Targets": []}
    if len(found["Targets"]) >= _TARGETS:
        yield {}


def _no_target_arn(inputs: Inputs) -> Iterator[Words]:
    if not inputs["arn"].startswith("arn:"):
        yield {"arn": inputs["arn"]}


def _rule_with_targets(resource: Resource) -> Iterator[Words]:
    found = ask(resource, "events", "list_targets_by_rule", Rule=resource.id) or {"Targets": []}
    if found["Targets"]:
        yield {}


RULES: Final = (
    InputRule(
        name="event-schedule",
        types=_RULE,
        operation="events:PutRule",
        code="ValidationException",
        message="Parameter ScheduleExpression is not valid.",
        source=DOCS + "eventbridge/latest/userguide/eb-scheduled-rule-pattern.html",
        check=_no_schedule,
    ),
    InputRule(
        name="event-pattern",
        types=_RULE,
        operation="events:PutRule",
        code="InvalidEventPatternException",
        message="Event pattern is not valid. Reason: Filter is not an object",
        source=DOCS + "eventbridge/latest/userguide/eb-event-patterns.html",
        check=_no_pattern,
    ),
    InputRule(
        name="event-rule-of-nothing",
        types=_RULE,
        operation="events:PutRule",
        code="ValidationException",
        message="Parameter(s) EventPattern or ScheduleExpression must be specified.",
        source=_API + "API_PutRule.html",
        check=_neither,
    ),
    InputRule(
        name="event-target-arn",
        types=_TARGET,
        operation="events:PutTargets",
        code="ValidationException",
        message="Parameter {arn} is not valid. Reason: Provided Arn is not in correct format.",
        source=_API + "API_PutTargets.html",
        check=_no_target_arn,
    ),
    StateRule(
        name="event-target-of-no-rule",
        types=_TARGET,
        operation="events:PutTargets",
        code="ResourceNotFoundException",
        message="Rule {rule} does not exist on EventBus {bus}.",
        source=_API + "API_PutTargets.html",
        moment=Moment.CREATE,
        check=_target_of_no_rule,
    ),
    StateRule(
        name="event-targets-beyond-five",
        types=_TARGET,
        operation="events:PutTargets",
        code="LimitExceededException",
        message="The requested resource exceeds the maximum number allowed.",
        source=DOCS + "eventbridge/latest/userguide/eb-quota.html",
        moment=Moment.CREATE,
        check=_too_many_targets,
    ),
    StateRule(
        name="event-rule-with-targets",
        types=_RULE,
        operation="events:DeleteRule",
        code="ValidationException",
        message="Rule can't be deleted since it has targets.",
        source=_API + "API_DeleteRule.html",
        moment=Moment.DELETE,
        check=_rule_with_targets,
    ),
)
