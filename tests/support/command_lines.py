"""Stand-ins for the command lines that a page tells its reader to have: `aws` and `pulumi` on an emulator, `gh` alone.

`aws` is held to botocore's models: an operation or a parameter that AWS does not have is refused.
"""

import sys
from pathlib import Path

_AWS = """#!{python}
import json
import re
import sys

import boto3
import jmespath
from botocore import xform_name


def shape_of(client, operation):
    for name in client.meta.service_model.operation_names:
        if xform_name(name, "-") == operation:
            return client.meta.service_model.operation_model(name).input_shape
    sys.exit(f"aws: {{client.meta.service_model.service_name}} has no operation {{operation}}")


def value_of(shape, text):
    if shape.type_name == "list":
        return [value_of(shape.member, item) for item in text.split(" ")]
    if shape.type_name == "structure":
        return dict(pair.split("=", 1) for pair in text.split(","))
    return text


service, operation, *rest = sys.argv[1:]
given = dict(re.findall(r"--([a-z0-9-]+)\\0(.*?)(?=\\0--|\\0?$)", "\\0".join(rest)))
query, output = given.pop("query", None), given.pop("output", "json")
client = boto3.client(service)
shape = shape_of(client, operation)
members = {{xform_name(name, "-"): name for name in shape.members}}
if unknown := given.keys() - members.keys():
    sys.exit(f"aws: {{service}} {{operation}} has no option {{sorted(unknown)}}")
params = {{members[key]: value_of(shape.members[members[key]], text) for key, text in given.items()}}
answer = getattr(client, operation.replace("-", "_"))(**params)
found = jmespath.search(query, answer) if query else answer
print(found if output == "text" else json.dumps(found, default=str))
"""

_GH = """#!/bin/sh
case "$*" in
  "api repos/"*"/"*" --jq .id") echo 456789 ;;
  "api repos/"*"/"*" --jq .owner.id") echo 123456 ;;
  *) echo "gh: $*" >&2; exit 1 ;;
esac
"""


# The engine's clients of S3 and KMS take the address of an AWS from their URLs alone.
_PULUMI = """#!/bin/bash
arguments=()
for argument in "$@"; do
  case "$argument" in
    awskms://*) argument="$argument&endpoint={address}" ;;
    s3://*) argument="$argument&endpoint={address}&s3ForcePathStyle=true" ;;
  esac
  arguments+=("$argument")
done
exec "{engine}" "${{arguments[@]}}"
"""


def write_command_lines(folder: Path, engine: Path, address: str) -> None:
    """Write them into a folder for the `PATH`; `aws` takes its address and credentials from the environment.

    Args:
        folder: to make and fill.
        engine: the real `pulumi`.
        address: where the engine's S3 and KMS answer.
    """
    folder.mkdir(parents=True)
    pulumi = _PULUMI.format(engine=engine, address=address)
    for name, text in (("aws", _AWS.format(python=sys.executable)), ("gh", _GH), ("pulumi", pulumi)):
        file = folder / name
        file.write_text(text, encoding="utf-8")
        file.chmod(0o755)
