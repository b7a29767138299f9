"""Tests of the tests: faults put into rows and into code, and what finds them (see `__main__.py`)."""
