"""Reading: how well and how fast pictures, numbers and pages are read."""
