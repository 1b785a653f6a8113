"""Facts of public releases as data, and the scripts that make them."""
