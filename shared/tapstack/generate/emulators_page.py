"""`docs/emulators.md`: how the lane's world is judged from outside, with each patch of the emulator."""

from pathlib import Path
from typing import Final

from tapstack.lane.patches.patch import Patch
from tapstack.lane.patches.table import PATCHES

PAGE: Final = "docs/emulators.md"

_HEAD: Final = """\
<!-- Made from shared/tapstack/lane/patches/table.py; after a change: tapstack generate -->
# How the lane's world is judged

What stands in for AWS on the lane is other people's work and ours. A check that shares its picture of AWS with the code
finds slips, and no misunderstanding. So each part is judged by something that did not come from here:

| what | judged by | where |
|---|---|---|
| names, types and presence of inputs | the metadata of the `pulumi_aws` SDK | `shared/tapstack/providers/metadata.py` |
| values of inputs, and which changes replace | what a genuine provider was seen to refuse and to replace | \
`tests/unit/providers` |
| what the emulator takes | the calls that a genuine provider was seen to make, as it spells them | \
`tests/emulator/test_provider_calls.py` |
| what the emulator answers | AWS's service models, read as strictly as a typed client reads | \
`tests/emulator/decoding.py` |
| both | another team's emulator, and AWS's documents where the two differ | `nox -s second-opinion` |
| permissions | AWS's service authorization reference, and the same calls | `tests/policy` |

**A genuine provider's calls.** `tests/support/provider_calls.json` has them by resource type and phase;
`tests/emulator/requests` has each as the provider spells it, and those of the other types in use after its source. All
are sent to the lane's emulator, and none may fail. botocore, with which the lane itself speaks, takes a number given as
text for a number; the client of a genuine provider refuses the whole answer. So the answers are held to botocore's
models in the form that each protocol gives a number, a truth value and a date.

**The second opinion.** `nox -s second-opinion` sends the same calls to [moto](https://docs.getmoto.org) and compares
the answers member by member. Each difference is a row of `tests/second_opinion/differences.toml`: what AWS does, the
document that says so, who is right, what was done. A difference without a row fails the session, and so does a row
that knows no difference any more. Then it takes the four layers up on moto, plans them again, looks for drift, and
takes them down. moto is installed for this session alone. Some rows have a way round them, in `serving.py`,
without which a layer would not go up, could not be looked at, or would not go down.

**The genuine provider.** `tapstack local --real-provider` deploys through the genuine `pulumi-aws` plugin, which the
engine fetches where the vendor's download hosts can be reached. No check here runs that plugin: its calls are replayed
instead, and what it does beyond them is not seen.

What no emulator tells is for an account to tell: [aws.md](aws.md).

## What is put right in the emulator

The lane runs the emulator through patches (`shared/tapstack/lane/patches`). Each steps in between a request and its
answer, and goes once the emulator does as AWS does: its test in `tests/emulator/test_patches.py` then says
so. To contribute one upstream, send the request to the emulator without patches (`python -m ministack`), show the
document, and take what the patch does as the sketch of the change.
"""


def render(_: Path) -> dict[str, str]:
    """Write the page: path below the checkout to text."""
    return {PAGE: "\n".join([_HEAD, *(_section(patch) for patch in PATCHES)])}


def _section(patch: Patch) -> str:
    return "\n".join(
        (
            f"### `{patch.name}`",
            "",
            f"- The emulator: {_lower(patch.ministack)}",
            f"- AWS: {_lower(patch.aws)} [The document]({patch.source}).",
            f"- Seen with: `{patch.request}`",
            "",
        )
    )


def _lower(sentence: str) -> str:
    """Begin a sentence in the middle of one, unless it begins with a name."""
    first, _, rest = sentence.partition(" ")
    return sentence if not first.isalpha() or not first.istitle() else f"{first.lower()} {rest}"
