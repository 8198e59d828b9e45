"""Plans that were saved and approved: what is deployed is what was approved, or nothing is."""
