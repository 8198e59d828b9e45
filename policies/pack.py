"""The checks as policies of CrossGuard, with exemptions taken out, told, and held to their use."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import pulumi
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyComplianceFramework,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)

from check import Check
from controls import FSBP
from exemptions import Exemption
from resources import Resource, Stack, resource_of

SETTING: Final = "policyEnforcement"
"""The setting of every project that says whether a violation stops the deployment."""
EXEMPT: Final = "exemptions"
IDLE: Final = "idle-exemptions"
_FRAMEWORK: Final = PolicyComplianceFramework(name="AWS Foundational Security Best Practices", version="v1.0.0")


def enforcement() -> EnforcementLevel:
    """Read from the stack's settings what a violation does: it stops the deployment unless they say otherwise."""
    told = pulumi.Config().get(SETTING)
    return EnforcementLevel.ADVISORY if told == EnforcementLevel.ADVISORY.value else EnforcementLevel.MANDATORY


def policies(checks: Sequence[Check], exemptions: Sequence[Exemption]) -> list[Policy]:
    """Make a policy of every check, and two that speak of the exemptions, which come last."""
    of_resources = [_of_resource(each, exemptions) for each in checks if each.of_resource]
    of_stacks = [_of_stack(each, exemptions) for each in checks if each.of_stack]
    return [*of_resources, *of_stacks, _exempt(exemptions), _idle(exemptions)]


def _of_resource(check: Check, exemptions: Sequence[Exemption]) -> Policy:
    def validate(arguments: ResourceValidationArgs, report: ReportViolation) -> None:
        if check.of_resource and arguments.resource_type in check.types:
            resource = resource_of(arguments)
            _judge(check, resource, list(check.of_resource(resource)), exemptions, report)

    return ResourceValidationPolicy(check.control.id, _description(check), validate, **_details(check))


def _of_stack(check: Check, exemptions: Sequence[Exemption]) -> Policy:
    def validate(arguments: StackValidationArgs, report: ReportViolation) -> None:
        stack = Stack.of(arguments)
        for resource in stack.of_types(*check.types):
            if check.of_stack:
                _judge(check, resource, list(check.of_stack(resource, stack)), exemptions, report)

    return StackValidationPolicy(check.control.id, _description(check), validate, **_details(check))


def _description(check: Check) -> str:
    return f"{check.control.title} ({check.control.severity.lower()})"


def _details(check: Check) -> dict[str, Any]:
    """What `pulumi policy` and newer engines show beside the description."""
    return {
        "display_name": check.control.title,
        "severity": Severity(check.control.severity.lower()),
        "framework": _FRAMEWORK if FSBP in check.control.standards else None,
        "tags": [*check.control.standards],
        "remediation_steps": check.next_step,
        "url": check.control.link,
    }


def _judge(
    check: Check, resource: Resource, wrong: Sequence[str], exemptions: Sequence[Exemption], report: ReportViolation
) -> None:
    """Report what is wrong with a resource, unless that is exempt."""
    if not wrong:
        return
    covering = [each for each in exemptions if each.covers(check.control.id, resource)]
    for each in covering:
        each.used.add((check.control.id, resource.name))
    today = datetime.now(UTC).date()
    if any(not each.ended(today) for each in covering):
        return
    over = "".join(f"; it was exempt until {each.until} by {each.owner}" for each in covering)
    next_step = f"Next: {check.next_step}, or exempt it in policies/exemptions.toml. {check.control.link}"
    for why in wrong:
        report(f"{why}{over}. {next_step}", resource.urn)


def _exempt(exemptions: Sequence[Exemption]) -> Policy:
    def validate(arguments: StackValidationArgs, report: ReportViolation) -> None:  # noqa: ARG001 - told by the checks
        for each in exemptions:
            if each.used:
                report(each.told(), None)

    return StackValidationPolicy(EXEMPT, "Exempt from controls", validate, enforcement_level=EnforcementLevel.ADVISORY)


def _idle(exemptions: Sequence[Exemption]) -> Policy:
    def validate(arguments: StackValidationArgs, report: ReportViolation) -> None:
        stack = Stack.of(arguments)
        if not stack.resources:
            return
        project, name = stack.resources[0].project, stack.resources[0].stack
        for each in exemptions:
            if each.holds_in(project, name) and not each.idle_where:
                for control in each.controls:
                    if control not in {used for used, _ in each.used}:
                        report(each.idle(control), None)

    return StackValidationPolicy(IDLE, "Exemptions should be of use", validate)
