"""Networks, recipes, and fitting one to the other."""
