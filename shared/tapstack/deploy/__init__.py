"""What the teams do with their layers on any backend: contracts, plans, deployments in order, drift, pictures."""
