"""What GitHub reads of the layers, made from their table and footprints: who reviews, what is previewed, what deploys.

Other workflows stand in `.github/workflows` as they are written: `layer.yml` does the work for one layer, and these
call it.
"""

from tapstack.deploy.github.files import render

__all__ = ["render"]
