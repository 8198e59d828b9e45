"""REST APIs, and what serves them."""
