"""The table of all files that are made from code; `tapstack generate` writes them, `--check` compares them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tapstack.deploy import github
from tapstack.generate import (
    contract_snapshots,
    controls_page,
    emulators_page,
    manifests,
    openapi,
    pictures,
    published_contracts,
    rules_page,
    settings_page,
    stack_settings,
    told_by_tests,
)

Files = Mapping[str, str | None]
"""Path below the checkout to the text that the file must have; None where there must be no file."""


@dataclass(frozen=True)
class Generated:
    """A row of the table: files that are made together.

    Attributes:
        name: what the command calls them.
        files: which they are, in words of the shell, below the checkout.
        source: what they are made from.
        render: makes them for the checkout at a path; it raises UserError where they cannot be made of what is there.
        needs: what making them takes, such as a lane that is up; empty for those made at once. Files that take
            something are written and compared only when they are named; tests compare them as well, but for times that
            were measured.
    """

    name: str
    files: tuple[str, ...]
    source: str
    render: Callable[[Path], Files]
    needs: str = ""


# Code owners and workflows follow the files that are there, the snapshots among them, so they come after those.
TABLE: Final[Mapping[str, Generated]] = {
    row.name: row
    for row in (
        Generated(
            name="settings",
            files=("projects/*/Pulumi.STACK.yaml",),
            source="the product's name, in the keys",
            render=stack_settings.render,
        ),
        Generated(
            name="manifests",
            files=("projects/*/Pulumi.yaml",),
            source="Pulumi.yaml-template and settings.py",
            render=manifests.render,
        ),
        Generated(
            name="settings-page",
            files=(settings_page.PAGE,),
            source="settings.py",
            render=settings_page.render,
        ),
        Generated(
            name="rules",
            files=(rules_page.PAGE,),
            source="the rules of shared/tapstack/providers/rules",
            render=rules_page.render,
        ),
        Generated(
            name="controls",
            files=(controls_page.PAGE,),
            source="the policy pack's data",
            render=controls_page.render,
        ),
        Generated(
            name="emulators-page",
            files=(emulators_page.PAGE,),
            source="shared/tapstack/lane/patches/table.py",
            render=emulators_page.render,
        ),
        Generated(
            name="openapi",
            files=("docs/openapi.json",),
            source="the validator's types and problems",
            render=openapi.render,
        ),
        Generated(
            name="contracts",
            files=("shared/tapstack/contracts/snapshots/*.json",),
            source="the layers' contracts",
            render=contract_snapshots.render,
        ),
        Generated(
            name="published-contracts",
            files=(published_contracts.DATA, published_contracts.MODULE),
            source="the contracts and projects/readers.toml",
            render=published_contracts.render,
        ),
        Generated(
            name="github",
            files=(".github/CODEOWNERS", ".github/workflows/*.yml"),
            source="projects/layers.toml and what the layers use",
            render=github.render,
        ),
        Generated(
            name="transaction",
            files=("docs/transaction-*.svg",),
            source="the layers' contracts and the steps in shared/tapstack/deploy/graph/transaction.py",
            render=pictures.render_transaction,
        ),
        Generated(
            name="layers",
            files=("README.md", "docs/layers.svg"),
            source="the lane's state",
            render=pictures.render_layers,
            needs="a lane that is up",
        ),
        Generated(
            name="story",
            files=("docs/renaming-an-output.md",),
            source="tests/story, by running it",
            render=told_by_tests.page("docs/renaming-an-output.md", "story", "renaming"),
            needs="some minutes, and a lane of its own",
        ),
        Generated(
            name="life",
            files=("docs/life-of-a-layer.md",),
            source="tests/story, by running it",
            render=told_by_tests.page("docs/life-of-a-layer.md", "story", "life"),
            needs="some minutes, and a lane of its own",
        ),
        Generated(
            name="network-story",
            files=("docs/replacing-the-network.md",),
            source="tests/story, by running it",
            render=told_by_tests.page("docs/replacing-the-network.md", "story", "network"),
            needs="some minutes, and a lane of its own",
        ),
        Generated(
            name="tour",
            files=("docs/tour.md",),
            source="tests/story, by running it",
            render=told_by_tests.page("docs/tour.md", "story", "tour"),
            needs="some minutes, and a lane of its own",
        ),
        Generated(
            name="integrating",
            files=("docs/integrating.md",),
            source="tests/journey, by walking it",
            render=told_by_tests.page("docs/integrating.md", "journey"),
            needs="some minutes, Node.js, and a lane of its own",
        ),
        Generated(
            name="card-numbers",
            files=("docs/card-numbers.md",),
            source="tests/corpora, by measuring them",
            render=told_by_tests.page("docs/card-numbers.md", "corpora"),
            needs="half a minute",
        ),
        Generated(
            name="benchmarks",
            files=("docs/benchmarks.md",),
            source="tests/bench, by measuring",
            render=told_by_tests.page("docs/benchmarks.md", "bench", "--page"),
            needs="a minute, on a machine that does nothing else",
        ),
        Generated(
            name="capacity",
            files=("docs/capacity.md", "docs/capacity-*.svg"),
            source="tests/capacity, by running the functions on the model",
            render=told_by_tests.render_capacity,
            needs="half a minute",
        ),
    )
}
