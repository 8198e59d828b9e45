"""One picture of the layers, made from their state: resources, contracts, and which resource uses which output."""
