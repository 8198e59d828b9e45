"""What the four Pulumi programs share: layers, naming, settings, contracts and function packaging."""
