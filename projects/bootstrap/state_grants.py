"""What a layer's roles may do with state: its own stacks' objects, and the stacks of the layers it reads.

The engine keeps under `.pulumi/` in the bucket, per project and stack:

    stacks/     the state itself, which a StackReference of a later layer reads
    history/    what each update did
    backups/    the state before each update
    locks/      a file while an update runs; a preview takes none
    meta.yaml   how the backend is laid out; written by whoever uses the backend first, which is the bootstrap

The teams' commands keep under `.tapstack/` in the bucket, per project and stack as well:

    reads/      which outputs of which layers the deployed layer reads, for the teams that it reads from
    locks/      a file while a command works on the layer, with who it is

No role may read the state of the layers that read its own, so these are all that it knows of them. There is no value in
them, and every layer's role may read them all: one that is no more in its checkout may still be up.
"""

from collections.abc import Sequence
from typing import Final

from grants import Grant
from tapstack.account_names import project_name
from tapstack.layers import BY_NAME

_ROOT: Final = "arn:{partition}:s3:::{bucket}/.pulumi"
_BESIDE: Final = "arn:{partition}:s3:::{bucket}/.tapstack"


def _objects(layer: str) -> list[str]:
    project = project_name(layer)
    return [
        *(f"{_ROOT}/{kind}/{project}/*" for kind in ("stacks", "history", "backups")),
        # Locks alone are kept by organisation, which a backend of one's own always calls so.
        f"{_ROOT}/locks/organization/{project}/*",
    ]


def read_state(layer: str) -> Sequence[Grant]:
    """Grant the stacks of the layer and of those it reads, and the key for the secrets in them."""
    readable = (layer, *BY_NAME[layer].reads)
    return [
        # The whole bucket: to who may not list it, S3 answers 403 and not 404 for an object that is not there, and the
        # engine looks for such. The names of stacks are no secret.
        Grant(["s3:ListBucket"], ["arn:{partition}:s3:::{bucket}"]),
        Grant(
            ["s3:GetObject"],
            [
                f"{_ROOT}/meta.yaml",
                *_objects(layer),
                *(f"{_ROOT}/stacks/{project_name(upstream)}/*" for upstream in readable[1:]),
                *(f"{_BESIDE}/{kind}/*" for kind in ("reads", "locks")),
            ],
        ),
        Grant(["kms:Decrypt"], ["{key}"]),
    ]


def read_outputs(*layers: str) -> Sequence[Grant]:
    """Grant what layers export, and the key for the secrets among it."""
    return [
        Grant(["s3:ListBucket"], ["arn:{partition}:s3:::{bucket}"]),
        Grant(
            ["s3:GetObject"],
            [f"{_ROOT}/meta.yaml", *(f"{_ROOT}/stacks/{project_name(layer)}/*" for layer in layers)],
        ),
        Grant(["kms:Decrypt"], ["{key}"]),
    ]


def write_state(layer: str) -> Sequence[Grant]:
    """Grant writing the objects of the layer's own stacks; deleting one leaves its versions in the bucket."""
    beside = [f"{_BESIDE}/{kind}/{project_name(layer)}/*" for kind in ("reads", "locks")]
    return [
        Grant(["s3:DeleteObject", "s3:PutObject"], [*_objects(layer), *beside]),
        Grant(["kms:Encrypt", "kms:GenerateDataKey"], ["{key}"]),
    ]
