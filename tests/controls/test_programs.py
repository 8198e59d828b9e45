"""Every control's check, by a program that breaks it and one that does not."""

import tomllib

import pytest

from controls.programs import PROGRAMS, RULE, Program
from support.analyzer import UNKNOWN, Given, Pack
from tapstack.checkout import CHECKOUT
from tapstack.providers.check import check
from tapstack.providers.metadata import input_properties

DATA = tomllib.loads((CHECKOUT / "policies" / "controls.toml").read_text(encoding="utf-8"))


def found(pack: Pack, program: Program) -> set[str]:
    return {finding.policy for finding in pack.judge(program)}


@pytest.mark.parametrize("control", PROGRAMS)
def test_a_program_that_breaks_a_control_is_found_and_no_longer_once_it_is_mended(pack: Pack, control: str) -> None:
    pair = PROGRAMS[control]

    (finding, *_) = [finding for finding in pack.judge(pair.broken) if finding.policy == control]
    assert finding.resource == "test"
    assert finding.is_mandatory
    assert ". Next: " in finding.message
    assert "https://docs.aws.amazon.com/" in finding.message
    assert control not in found(pack, pair.mended)


def test_every_policy_has_a_program_that_breaks_it(pack: Pack) -> None:
    policies = {policy.name for policy in pack.info().policies}

    assert policies - {"exemptions", "idle-exemptions"} == PROGRAMS.keys()


@pytest.mark.parametrize("control", PROGRAMS)
def test_the_programs_give_properties_that_the_sdk_has(control: str) -> None:
    for program in (PROGRAMS[control].broken, PROGRAMS[control].mended):
        for resource in program:
            problems = check(resource.inputs, input_properties(resource.type))
            assert not [f"{problem}" for problem in problems if "required property" not in f"{problem}"]


@pytest.mark.parametrize("control", ["KMS.5", "SNS.4", "SQS.3", "KMS.1", "IAM.1"])
def test_a_policy_that_is_known_later_is_judged_then(pack: Pack, control: str) -> None:
    pending = [
        Given(each.type, each.name, {**each.inputs, "policy": UNKNOWN}, each.uses) for each in PROGRAMS[control].broken
    ]

    assert control not in found(pack, pending)
    assert control in found(pack, PROGRAMS[control].broken)


def test_a_port_for_everybody_is_found_wherever_a_rule_may_stand(pack: Pack) -> None:
    inline = {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}
    every = {"securityGroupId": "sg-1", "ipProtocol": "-1", "cidrIpv6": "::/0"}
    beside = {"type": "ingress", "securityGroupId": "sg-1", **inline}
    out = {**beside, "type": "egress"}

    assert "EC2.13" in found(pack, [Given("aws:ec2/securityGroup:SecurityGroup", "test", {"ingress": [inline]})])
    assert "EC2.13" in found(pack, [Given("aws:ec2/securityGroupRule:SecurityGroupRule", "test", beside)])
    assert {"EC2.13", "EC2.14", "EC2.54"} <= found(pack, [Given(RULE, "test", every)])
    assert not found(pack, [Given("aws:ec2/securityGroupRule:SecurityGroupRule", "test", out)])


def test_a_block_of_public_access_outweighs_a_policy(pack: Pack) -> None:
    blocked = [*PROGRAMS["S3.2"].broken, *(PROGRAMS["S3.8"].mended[1:])]
    blocked[-1] = Given(blocked[-1].type, "block", blocked[-1].inputs, blocked[-1].uses)

    assert "S3.2" in found(pack, PROGRAMS["S3.2"].broken)
    assert "S3.2" not in found(pack, blocked)


def test_titles_severities_and_links_are_those_of_the_data(pack: Pack) -> None:
    for policy in pack.info().policies:
        service, _, number = policy.name.partition(".")
        if row := DATA.get(service, {}).get(number) if isinstance(DATA.get(service), dict) else None:
            assert policy.displayName == row["title"]
            assert policy.description == f"{row['title']} ({row['severity'].lower()})"
            page = f"{service.lower()}-controls.html#{service.lower()}-{number}"
            assert policy.url.endswith(row.get("link", page))


def test_the_log_of_a_layer_that_was_just_made_is_exempt(pack: Pack) -> None:
    events = Given("aws:cloudwatch/logGroup:LogGroup", "events", {"retentionInDays": 30})

    (finding,) = pack.judge([events], project="tapstack-ledger")

    assert finding.policy == "exemptions"
