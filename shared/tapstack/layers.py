"""The layers, in the order they deploy, and the Pulumi project each one is."""

from typing import Final

LAYERS: Final[tuple[str, ...]] = ("network", "data", "compute", "api-edge")


def project_name(layer: str) -> str:
    """Name the Pulumi project of a layer, as written in `projects/<layer>/Pulumi.yaml`.

    Raises:
        ValueError: `layer` is not one of `LAYERS`.
    """
    if layer not in LAYERS:
        raise ValueError(f"unknown layer {layer!r}; the layers are {', '.join(LAYERS)}")
    return f"tapstack-{layer}"
