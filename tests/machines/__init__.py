"""What differs between machines: settings to run the tests under, and how far results may differ."""
