"""A program in two editions: each resource stands for one change between them. `EDITION` is written in by the test."""

# mypy: ignore-errors
# ruff: noqa: F821

import pulumi
import pulumi_aws as aws
import pulumi_random as random
from pulumi import Alias, CustomTimeouts, Output, ResourceOptions

BEFORE = EDITION == "before"
STACK = pulumi.get_stack()


def queue(name, opts=None, called=None, **inputs):
    return aws.sqs.Queue(name, name=f"{STACK}-{called or name}", opts=opts, **inputs)


def options(before, after):
    return ResourceOptions(**(before if BEFORE else after))


def turn(before, after):
    return before if BEFORE else after


def table(name, opts=None, key="id", **inputs):
    attributes = [aws.dynamodb.TableAttributeArgs(name=key, type="S")]
    return aws.dynamodb.Table(
        name,
        name=f"{STACK}-{name}",
        hash_key=key,
        attributes=attributes,
        billing_mode="PAY_PER_REQUEST",
        opts=opts,
        **inputs,
    )


def log(name, opts=None, called=None, **inputs):
    return aws.cloudwatch.LogGroup(name, name=f"{STACK}-{called or name}", opts=opts, **inputs)


first = queue("first")
group = pulumi.ComponentResource("test:index:Group", "group")

# Options, which the state alone holds.
queue("protect-on", options({}, {"protect": True}))
queue("protect-off", options({"protect": True}, {}))
queue("retain-on", options({}, {"retain_on_delete": True}))
queue("retain-off", options({"retain_on_delete": True}, {}))
queue("protect-and-retain", options({}, {"protect": True, "retain_on_delete": True}))
queue("timeouts", options({}, {"custom_timeouts": CustomTimeouts(create="3m")}))
queue("waits", options({}, {"depends_on": [first]}))
queue("waits-no-more", options({"depends_on": [first]}, {}))
queue("waits-by-a-property", tags=turn({"of": "first"}, {"of": first.name.apply(lambda _: "first")}))
queue("ignores", options({}, {"ignore_changes": ["delaySeconds"]}))
queue("ignores-no-more", options({"ignore_changes": ["delaySeconds"]}, {}))
queue("replace-on", options({}, {"replace_on_changes": ["tags"]}))
queue("secret-output", options({}, {"additional_secret_outputs": ["arn"]}))
queue("deleted-with", options({}, {"deleted_with": first}))
queue("delete-before-replace", options({}, {"delete_before_replace": True}))

# Aliases and moves.
queue(turn("old-name", "new-name"), options({}, {"aliases": [Alias(name="old-name")]}), called="named")
queue(turn("old-name-2", "new-name-2"), called="named-2")
queue("never-so-called", options({}, {"aliases": [Alias(name="nobody")]}))
queue(
    turn("old-name-3", "new-name-3"),
    options({}, {"aliases": [Alias(name="old-name-3")]}),
    called="named-3",
    delay_seconds=turn(1, 2),
)
queue("moved-in", options({}, {"parent": group, "aliases": [Alias(parent=pulumi.ROOT_STACK_RESOURCE)]}))
queue("moved-out", options({"parent": group}, {"aliases": [Alias(parent=group)]}))
queue("moved-without-a-word", options({}, {"parent": group}), called=turn("moved-a", "moved-b"))

# Tags.
queue("tag-added", tags=turn({}, {"one": "1"}))
table("tag-changed", tags={"one": turn("1", "2")})
log("tags-removed", tags=turn({"one": "1"}, None))
aws.sns.Topic("topic-tag", name=f"{STACK}-topic", tags={"one": turn("1", "2")})

# Updates, of data too.
queue("visibility", visibility_timeout_seconds=turn(30, 40))
queue("retention-cut", message_retention_seconds=turn(345600, 7200))
queue("retention-longer", message_retention_seconds=turn(7200, 345600))
table("ttl-on", ttl=turn(None, aws.dynamodb.TableTtlArgs(enabled=True, attribute_name="until")))
table(
    "recovery-off",
    point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(enabled=turn(before=True, after=False)),
)
table("protection-off", deletion_protection_enabled=turn(before=True, after=False))
log("log-cut", retention_in_days=turn(30, 7))
aws.kms.Key("key-disabled", description="key", is_enabled=turn(before=True, after=False))
aws.kms.Key("rotation-off", description="key", enable_key_rotation=turn(before=True, after=False))
secret = aws.secretsmanager.Secret("window-cut", name=f"{STACK}-secret", recovery_window_in_days=turn(30, 0))
aws.secretsmanager.SecretVersion("value", secret_id=secret.id, secret_string=Output.secret(turn("one", "two")))
queue("updated-and-protected", options({}, {"protect": True}), delay_seconds=turn(1, 2))

# Replacements.
queue("other-queue", called=turn("queue-a", "queue-b"))
table("other-key", key=turn("id", "number"))
log("other-log", called=turn("log-a", "log-b"))
random.RandomBytes("longer", length=turn(8, 16))
random.RandomUuid("kept", keepers={"of": turn("1", "2")})
queue("replaced-and-kept", ResourceOptions(retain_on_delete=True), called=turn("kept-a", "kept-b"))
queue("deleted-first", ResourceOptions(delete_before_replace=True), called=turn("gone-a", "gone-b"))
queue(
    "replaced-by-option",
    ResourceOptions(replace_on_changes=["tags"], delete_before_replace=True),
    tags={"a": turn("1", "2")},
)

# Deletions and creations.
if BEFORE:
    queue("deleted")
    table("deleted-table")
    random.RandomId("deleted-id", byte_length=4)
    queue("forgotten", ResourceOptions(retain_on_delete=True))
    pulumi.ComponentResource("test:index:Group", "deleted-group")
    aws.Provider("deleted-provider", **PROVIDER)
else:
    queue("created")
    table("created-table")
    random.RandomString("created-string", length=4)
    queue("created-in-a-group", ResourceOptions(parent=pulumi.ComponentResource("test:index:Group", "created-group")))
    # Imports of what the test has made.
    # With every input that a queue can be read with, so that the import is all there is to do.
    as_read = {
        "delay_seconds": 0,
        "max_message_size": 1048576,
        "message_retention_seconds": 345600,
        "receive_wait_time_seconds": 0,
        "visibility_timeout_seconds": 30,
    }
    queue("imported", ResourceOptions(import_=IMPORTED), **as_read)
    queue("imported-and-protected", ResourceOptions(import_=f"{IMPORTED}-and-protected", protect=True), **as_read)

# Ignored changes.
queue("ignored", ResourceOptions(ignore_changes=["delaySeconds"]), delay_seconds=turn(1, 2))
queue("ignored-tags", ResourceOptions(ignore_changes=["tags"]), tags={"one": turn("1", "2")})
queue("no-more-ignored", options({"ignore_changes": ["delaySeconds"]}, {}), delay_seconds=turn(1, 2))
queue("ignored-from-now", options({}, {"ignore_changes": ["delaySeconds"]}), delay_seconds=turn(1, 2))

# Providers; the default one gets another setting from the stack's configuration.
mine = aws.Provider("mine", **PROVIDER, max_retries=turn(3, 4))
queue("of-mine", ResourceOptions(provider=mine))
queue("becomes-mine", options({}, {"provider": mine}))
if not BEFORE:
    queue("of-the-new", ResourceOptions(provider=aws.Provider("created-provider", **PROVIDER)))
random.RandomId("of-random", byte_length=4)

# Outputs.
pulumi.export("same", "same")
pulumi.export("same-secret", Output.secret("same"))
pulumi.export("changed", turn("1", "2"))
pulumi.export("changed-secret", Output.secret(turn("1", "2")))
pulumi.export("becomes-secret", turn("1", Output.secret("1")))
if BEFORE:
    pulumi.export("removed", "1")
else:
    pulumi.export("added", "1")
