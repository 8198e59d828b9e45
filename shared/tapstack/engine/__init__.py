"""The Pulumi engine: found or built, run on a layer's stack, its events and its states."""
