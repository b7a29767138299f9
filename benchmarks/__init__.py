"""Side-by-side runs against other libraries: ``python -m benchmarks eager``.

Read `programs.py` (what is run), `peers/` (who runs it), `harness.py` (how it is timed), then a suite: `eager.py`.
"""
