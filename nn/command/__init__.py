"""What `python -m nn train`, `predict` and `show` do, one module for each."""
