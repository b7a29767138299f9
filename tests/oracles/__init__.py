"""Other systems as live oracles: where they disagree with the engine, and who is right (see `__main__.py`)."""
