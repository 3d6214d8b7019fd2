"""HTML and plots of a report."""
