"""What the programs of all projects share: settings, naming, the gate in front of upstream layers, packaging."""
