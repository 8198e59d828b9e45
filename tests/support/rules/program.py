"""Makes what `resources.json` beside it lists, whatever its type; a test puts both in a layer's place."""

# mypy: ignore-errors

import json
import re
from pathlib import Path

import pulumi

MADE = {}


class Thing(pulumi.CustomResource):
    """A resource of any type, with its inputs as they are written."""

    def __init__(self, name, token, inputs, outputs, after):
        # Only what the properties name comes back as an output.
        waits = pulumi.ResourceOptions(depends_on=[MADE[other] for other in after])
        super().__init__(token, name, {**dict.fromkeys(outputs), **inputs}, waits)

    def output(self, name):
        return self.id if name == "id" else pulumi.get(self, name)


def told(value):
    """Fill in `@name.output`, and `@code` for the code of a function."""
    if isinstance(value, dict):
        return {key: told(item) for key, item in value.items()}
    if isinstance(value, list):
        return [told(item) for item in value]
    if value == "@code":
        return pulumi.AssetArchive({"handler.py": pulumi.StringAsset("def handler(event, context):\n    return 1\n")})
    if isinstance(value, str) and (match := re.fullmatch(r"@([\w-]+)\.(\w+)", value)):
        return MADE[match[1]].output(match[2])
    if isinstance(value, str) and "@{" in value:
        parts = re.split(r"@\{([\w-]+)\.(\w+)\}", value)
        return pulumi.Output.concat(
            *(
                part if place % 3 == 0 else MADE[part].output(parts[place + 1])
                for place, part in enumerate(parts)
                if place % 3 != 2
            )
        )
    return value


for entry in json.loads((Path(__file__).parent / "resources.json").read_text(encoding="utf-8")):
    MADE[entry["name"]] = Thing(entry["name"], entry["token"], told(entry["inputs"]), entry["outputs"], entry["after"])
