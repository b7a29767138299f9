"""What happens at full size, and when something breaks: large graphs, long trainings, threads, kills, full disks, any input.

The fast variants run with the suite. All of it at full size, about an hour on one core::

    pytest -m thorough tests/load

Any number of made inputs for one of the readers (`tests.load.corpora`), and one of them again::

    python -m tests.load.fuzz csv 100000
    python -m tests.load.fuzz csv 1 --first 4711 --show
"""
