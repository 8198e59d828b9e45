"""What the programs of the layers share: settings, names, upstream gate, packaging."""
