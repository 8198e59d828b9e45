"""What each layer promises to the layers after it: one frozen dataclass per layer, in the module of its name.

The producer builds its contract from the resources it made and exports it; the consumer reads the same dataclass and
gets every output by attribute. A name that crosses a layer's border is written in its module here and nowhere else.
"""
