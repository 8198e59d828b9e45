"""The local lane: the real Pulumi engine, an AWS emulator and stand-in providers on one machine."""
