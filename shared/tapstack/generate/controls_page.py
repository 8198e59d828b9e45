"""`docs/controls.md`: Security Hub's controls and what becomes of each here, as the policy pack's data has them."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tapstack.engine.policies import FOLDER

PAGE: Final = "docs/controls.md"

_HEAD: Final = """\
<!-- Made from policies/*.toml; after a change: tapstack generate -->
# Controls

`policies/` is a policy pack of [CrossGuard](https://www.pulumi.com/docs/iac/crossguard/). The engine runs it at every
`tapstack plan`, `up` and `local`, in the workflows and on accounts too, and judges each resource by the controls of the
[AWS Foundational Security Best Practices](https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html)
(FSBP), by some of PCI DSS v4.0.1 and of other standards of Security Hub, and by custom ones. So a control that AWS
would report as failed after the deployment fails in its plan. A violation names the resource, what is wrong, the next
step and AWS's page:

    data: aws:kms/key:Key 'key': policy KMS.4: AWS KMS key rotation should be enabled (medium): its material is never
    renewed. Next: set enable_key_rotation to true, or exempt it in policies/exemptions.toml. https://docs.aws.amazon…

- **Mandatory or advisory.** The setting `policyEnforcement` of each project says whether a violation stops the
  deployment. It is mandatory unless the stack says otherwise: `pulumi config set policyEnforcement advisory`.
- **Exemptions** are rows of `policies/exemptions.toml`, with a reason, an owner and, where that makes sense, a last
  day. Every plan counts those that are made use of, and names each with `--json`; `tapstack local` names them too. One
  that nothing makes use of any more is a violation itself.
- **By hand** it is `pulumi preview --policy-pack ../../policies` in a project's folder; for the bootstrap, which people
  deploy by hand, give `pulumi up` the same option.
- **What a preview cannot know**, such as a policy that names an ARN not made yet, is judged by the update, before the
  resource is made. Checks that look at several resources are made once the engine has seen all of them: in an update
  that is at its end.
- **A policy of your own** is a row in `policies/controls.toml` and a function in `policies/checks/`, with a program
  that breaks it in `tests/controls/programs.py`.

What the pack sees is the program. What others change later, and what an account is set to, are for Security Hub itself:
turn it on in the account. AWS's titles and severities were read on {seen} in [its table of controls]({source}).
"""


def render(root: Path) -> dict[str, str]:
    """Write the page for the tree at `root`: path below it to text."""
    controls, exemptions, left = (_read(root, name) for name in ("controls", "exemptions", "not_applicable"))
    services = {name: rows for name, rows in controls.items() if isinstance(rows, dict)}
    because = {control: row["because"] for row in left["not_applicable"] for control in row["controls"]}
    all_controls = [f"{service}.{number}" for service, rows in services.items() for number in rows]
    judged = [control for control in all_controls if control not in because]
    told = f"{len(judged)} of {len(all_controls)} controls are judged; {len(because)} do not apply, each for a reason."
    parts = [_HEAD.format(seen=controls["seen"], source=controls["source"]), told, ""]
    for service, rows in services.items():
        parts += [*_section(service, rows, exemptions.get("exemption", ()), because)]
    return {PAGE: "\n".join(parts)}


def _section(
    service: str, rows: Mapping[str, Any], exemptions: Sequence[Mapping[str, Any]], because: Mapping[str, str]
) -> Iterator[str]:
    yield f"## {service}"
    yield ""
    yield "| control | severity | standards | here |"
    yield "|---|---|---|---|"
    for number, row in rows.items():
        control, page = f"{service}.{number}", f"{service.lower()}-controls.html#{service.lower()}-{number}"
        link = row.get("link", f"https://docs.aws.amazon.com/securityhub/latest/userguide/{page}")
        here = "; ".join([because[control]] if control in because else ["judged", *_exempt(control, exemptions)])
        standards = ", ".join(row["standards"])
        title = row["title"].replace("*", "\\*")
        yield f"| [{control}]({link}) {title} | {row['severity'].lower()} | {standards} | {_cell(here)} |"
    yield ""


def _exempt(control: str, exemptions: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for row in exemptions:
        if control in row["controls"]:
            names = ", ".join(f"`{name}`" for name in row["resources"])
            stacks = f" in stacks {', '.join(row['stacks'])}" if "stacks" in row else ""
            until = f", until {row['until']}" if "until" in row else ""
            idle = f", unless {row['idle_where']}" if "idle_where" in row else ""
            yield f"{row['layer']} exempts {names}{stacks}{idle}: {row['reason']} ({row['owner']}{until})"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _read(root: Path, name: str) -> dict[str, Any]:
    return tomllib.loads((root / FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
