"""What the providers answer before any service is asked; no emulator."""

import json
from typing import Any

import pytest

from tapstack.providers.clients import Clients, ProviderError
from tapstack.providers.provider import Provider
from tapstack.providers.values import UNKNOWN, Secret

QUEUE = "aws:sqs/queue:Queue"


def config(url: str, *services: str) -> dict[str, Any]:
    return {"region": "eu-central-1", "endpoints": json.dumps([dict.fromkeys(services, url)])}


@pytest.fixture
def aws() -> Provider:
    return Provider("aws")


def test_without_an_emulator_s_address_it_refuses_to_be_configured(aws: Provider) -> None:
    words = r"this stand-in only talks to the local emulator .* set aws:endpoints .*.venv/bin/tapstack local"
    [problem] = aws.check_config({"region": "eu-central-1"})
    assert problem.path == "endpoints"
    with pytest.raises(ProviderError, match=words):
        aws.configure({"region": "eu-central-1"})


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SQS"])
def test_an_address_in_the_environment_does_not_count(
    aws: Provider, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "http://127.0.0.1:4566")
    with pytest.raises(ProviderError, match="only talks to the local emulator"):
        aws.configure({"region": "eu-central-1"})


@pytest.mark.parametrize(
    "url", ["https://sqs.eu-central-1.amazonaws.com", "http://10.0.0.7:4566", "http://127.0.0.1.example.com", "sqs", 7]
)
def test_an_address_beyond_this_machine_is_refused(aws: Provider, url: Any) -> None:
    [problem] = aws.check_config(config(url, "sqs"))
    assert "is not on this machine" in problem.reason
    with pytest.raises(ProviderError, match="is not on this machine"):
        aws.configure(config(url, "sqs"))


@pytest.mark.parametrize("url", ["http://127.0.0.1:4566", "http://localhost:4566", "http://[::1]:4566"])
def test_an_address_of_this_machine_is_taken(aws: Provider, url: str) -> None:
    assert aws.check_config(config(url, "sqs")) == []
    aws.configure(config(url, "sqs"))


def test_a_misspelt_setting_is_refused_with_the_right_name(aws: Provider) -> None:
    inputs = {**config("http://127.0.0.1:1", "sqs"), "skipCredentialValidation": "true"}
    [problem] = aws.check_config(inputs)
    assert f"{problem}" == "skipCredentialValidation: unknown setting; did you mean `skipCredentialsValidation`?"


def test_a_service_without_an_address_is_refused_by_its_name(aws: Provider) -> None:
    aws.configure(config("http://127.0.0.1:1", "sns"))
    with pytest.raises(ProviderError, match=r"aws:endpoints has no address for 'sqs'"):
        aws.create(QUEUE, "jobs", {"name": "jobs"}, preview=False)


def test_an_emulator_that_is_not_there_is_named_with_the_command_to_run(aws: Provider) -> None:
    aws.configure(config("http://127.0.0.1:9", "sqs"))
    with pytest.raises(ProviderError, match=r"does not answer at http://127.0.0.1:9; run: .venv/bin/tapstack local"):
        aws.create(QUEUE, "jobs", {"name": "jobs"}, preview=False)


def test_the_user_s_own_credentials_are_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    monkeypatch.setenv("AWS_PROFILE", "production")
    client = Clients(config("http://127.0.0.1:9", "sqs")).client("sqs")
    assert client._request_signer._credentials.access_key == "test"


def test_an_unknown_type_is_refused_by_its_name_with_the_nearest(aws: Provider) -> None:
    with pytest.raises(
        ProviderError, match=r"aws:sqs/que:Que: .*not know this resource type; did you mean aws:sqs/queue"
    ):
        aws.check("aws:sqs/que:Que", "x", {}, {}, b"")


def test_an_unknown_function_is_refused_by_its_name_with_the_nearest(aws: Provider) -> None:
    with pytest.raises(ProviderError, match=r"getRegions: .*not know this function; did you mean aws:index/getRegion:"):
        aws.invoke("aws:index/getRegions:getRegions", {})


def test_a_property_the_table_does_not_carry_out_is_refused_instead_of_ignored(aws: Provider) -> None:
    _, [problem] = aws.check("aws:ec2/vpc:Vpc", "x", {}, {"cidrBlock": "10.0.0.0/16", "ipv4NetmaskLength": 16}, b"")
    assert problem.path == "ipv4NetmaskLength"
    assert "does not carry out this property" in problem.reason


def test_a_name_is_made_of_the_logical_name_and_seven_digits_and_kept(aws: Provider) -> None:
    inputs, problems = aws.check(QUEUE, "jobs", {}, {}, b"seed")
    assert not problems
    prefix, _, digits = inputs["name"].rpartition("-")
    assert (prefix, len(digits)) == ("jobs", 7)
    assert aws.check(QUEUE, "jobs", {}, {}, b"seed")[0] == inputs, "preview and update agree"
    assert aws.check(QUEUE, "jobs", inputs, {}, b"other seed")[0] == inputs, "an update keeps it"
    assert aws.check(QUEUE, "jobs", {}, {}, b"other seed")[0] != inputs
    assert aws.check(QUEUE, "jobs", inputs, {"name": "mine"}, b"")[0]["name"] == "mine"
    assert aws.check(QUEUE, "jobs", {"name": "mine"}, {}, b"seed")[0] == inputs


def test_a_long_logical_name_is_cut_to_what_the_service_takes(aws: Provider) -> None:
    inputs, _ = aws.check(QUEUE, "j" * 100, {}, {}, b"seed")
    assert len(inputs["name"]) == 80


def test_a_preview_tells_inputs_and_leaves_the_rest_unknown(aws: Provider) -> None:
    new_id, outputs, secrets = aws.create(QUEUE, "jobs", {"name": "jobs", "kmsMasterKeyId": Secret("k")}, preview=True)
    assert not new_id
    assert outputs["name"] == "jobs"
    assert outputs["arn"] is outputs["url"] is UNKNOWN
    assert secrets == {"kmsMasterKeyId"}


def test_new_code_leaves_the_version_unknown_in_a_preview_and_new_tags_do_not(aws: Provider) -> None:
    token = "aws:lambda/function:Function"
    old = {"role": "arn:aws:iam::000000000000:role/r", "handler": "a", "publish": True}
    state = {**old, "arn": "arn", "version": "1", "qualifiedArn": "arn:1"}
    coded, _ = aws.update(token, "f", old, {**old, "handler": "b"}, state, preview=True)
    assert coded["version"] is coded["qualifiedArn"] is UNKNOWN
    assert (coded["arn"], coded["handler"]) == ("arn", "b")
    tagged, _ = aws.update(token, "f", old, {**old, "tags": {"a": "b"}}, state, preview=True)
    assert tagged["version"] == "1"


@pytest.mark.parametrize(
    ("token", "inputs", "secrets"),
    [
        ("random:index/randomBytes:RandomBytes", {"length": 32}, {"base64", "hex"}),
        ("random:index/randomPassword:RandomPassword", {"length": 12, "minSpecial": 2}, {"result", "bcryptHash"}),
        ("random:index/randomString:RandomString", {"length": 12, "special": False}, set()),
        ("random:index/randomId:RandomId", {"byteLength": 4}, set()),
        ("random:index/randomUuid:RandomUuid", {}, set()),
    ],
)
def test_a_random_value_is_made_once_and_kept(token: str, inputs: dict[str, Any], secrets: set[str]) -> None:
    provider = Provider("random")
    checked, problems = provider.check(token, "x", {}, inputs, b"")
    assert not problems
    new_id, outputs, marked = provider.create(token, "x", checked, preview=False)
    assert new_id
    assert marked == secrets
    assert provider.read(token, new_id, checked, outputs) == (new_id, checked, outputs, secrets)
    assert provider.create(token, "x", checked, preview=False)[1] != outputs
    changed = {"keepers": {"rotation": "2"}}
    assert provider.diff(token, "x", checked, {**checked, **changed}).replaces == {"keepers"}
    provider.delete(token, new_id, checked, outputs)


def test_random_bytes_have_the_length_and_a_password_its_characters() -> None:
    provider = Provider("random")
    value = provider.create("random:index/randomBytes:RandomBytes", "x", {"length": 32}, preview=False)[1]
    assert len(bytes.fromhex(value["hex"])) == 32
    wanted = {"length": 20, "minNumeric": 5, "upper": False, "special": False}
    word = provider.create("random:index/randomPassword:RandomPassword", "x", wanted, preview=False)[1]["result"]
    assert len(word) == 20
    assert sum(letter.isdigit() for letter in word) >= 5
    assert word == word.lower()
    assert word.isalnum()


def test_the_random_provider_knows_no_aws_type() -> None:
    with pytest.raises(ProviderError, match="does not know this resource type"):
        Provider("random").check(QUEUE, "x", {}, {}, b"")


def test_a_name_that_the_provider_chose_is_marked_as_the_terraform_bridge_marks_it(aws: Provider) -> None:
    # https://github.com/pulumi/pulumi-terraform-bridge, `pkg/tfbridge/schema.go`: `__defaults`.
    chosen, _ = aws.check(QUEUE, "jobs", {}, {}, b"seed")
    again, _ = aws.check(QUEUE, "jobs", chosen, {}, b"another seed")
    given, _ = aws.check(QUEUE, "jobs", chosen, {"name": "jobs"}, b"seed")

    assert chosen["name"].startswith("jobs-")
    assert chosen["__defaults"] == ["name"]
    assert again == chosen
    assert "__defaults" not in given


def test_the_mark_of_a_chosen_name_is_no_output(aws: Provider) -> None:
    chosen, _ = aws.check(QUEUE, "jobs", {}, {}, b"seed")

    _, outputs, _ = aws.create(QUEUE, "jobs", chosen, preview=True)
    changed, _ = aws.update(QUEUE, "jobs", chosen, {**chosen, "fifoQueue": False}, outputs, preview=True)

    assert "__defaults" not in {*outputs, *changed}
