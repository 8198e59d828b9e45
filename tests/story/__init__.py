"""Stories of what teams see, told by running them."""
