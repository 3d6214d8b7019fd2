"""The project's bundles, their aliases, the champion, and the history of promotions."""
