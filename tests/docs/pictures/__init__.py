"""Draw the pictures of the pages: docs/pictures/."""
