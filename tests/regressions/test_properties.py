"""A property spelt as another tool spells it, deep inside a resource."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tapstack.checkout import CHECKOUT
from tapstack.lane.lane import Lane

Break = Callable[[str, str, str], Path]
Fails = Callable[[str], str]
MISSPELT = ("api-edge/firewall.py", '"cloudwatch_metrics_enabled"', '"cloud_watch_metrics_enabled"')


def test_the_engine_refuses_it_with_its_path_and_the_right_name(
    up_to_compute: Lane, fails: Fails, replace: Break
) -> None:
    replace(*MISSPELT)

    told = fails("api-edge")

    assert "visibilityConfig.cloudWatchMetricsEnabled" in told or "visibilityConfig.cloud_watch_metrics_enabled" in told
    assert "cloudwatchMetricsEnabled" in told


def test_the_type_check_refuses_it_before_any_engine_runs(lane: Lane, replace: Break) -> None:
    project = replace(*MISSPELT).parent
    checker = [sys.executable, "-m", "mypy", "--config-file", str(CHECKOUT / "pyproject.toml")]
    places = os.pathsep.join((str(project), str(CHECKOUT / "shared"), str(CHECKOUT / "functions")))

    done = subprocess.run(
        [*checker, "--cache-dir", str(lane.folder / "mypy"), str(project / "firewall.py")],
        env=os.environ | {"MYPYPATH": places},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert 'Extra key "cloud_watch_metrics_enabled"' in done.stdout or "cloud_watch_metrics_enabled" in done.stdout
