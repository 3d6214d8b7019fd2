"""`digits models` and the commands that change which model is the champion, and what models are called."""
