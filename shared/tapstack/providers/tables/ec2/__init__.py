"""Amazon VPC, which AWS calls EC2: networks, what connects them, security groups."""
