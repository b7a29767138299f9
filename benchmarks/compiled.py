"""The suite `compiled`: recorded programs and trainings on them, in this library and in others, on one thread.

Everybody gets float64 and one thread (`threads.py`), and must give equal results before anything is timed: objective and
gradients of a batch, the losses of all epochs and the parameters after them, to 1e-9. Times are medians of runs in turns.
"""

from collections.abc import Callable, Iterable, Sequence

from .harness import DEFAULT, Effort, Report, environment
from .threads import VARIABLES, one_thread

LEARNERS = (
    "numpy_by_hand", "numba_by_hand", "jax_scan", "jax_steps", "jax_scalars", "torch_modules", "scikit_learn",
    "micrograd_modules",
)  # fmt: skip
"""Who is compared with in the trainings: modules of `networks`."""

TRAININGS = {
    "moons": "2-16-16-1, hinge + L2, full batch of 100",
    "digits": "64-32-10, softmax cross-entropy, batches of 64, 10 epochs",
    "wide": "784-128-10, batches of 64, random data",
    "odd": "3-7-5-2, tanh, batches of 17",
    "deep": "ten layers of 8, batches of 32",
}
PARTS = {
    **TRAININGS,
    "outside": "value_and_grad of the moons called from Python",
    "curve": "y = a·exp(−b·x) + c through 100,000 points, alone and in SciPy",
    "random": "random programs of 100,000 nodes in 1,000 lanes",
    "recording": "the time to record and prepare 100,000 and 1,000,000 nodes",
    "startup": "cold and warm start in fresh processes",
    "memory": "bytes per instruction and lane",
}


def run(
    parts: Iterable[str] = tuple(PARTS),
    peers: Sequence[str] = LEARNERS,
    effort: Effort = DEFAULT,
    small: bool = False,
    profile: bool = False,
    show: Callable[[object], None] = print,
) -> Report:
    """Measure `parts` beside `peers`, and `show` each table when it is complete."""
    one_thread()
    from . import curve, networks, profiles, scalar_programs, startup, trainings
    from .networks.problems import problems

    report = Report(environment())
    show(" · ".join(report.environment.values()))
    show(
        f"One thread: {' '.join(f'{name}={value}' for name, value in list(VARIABLES.items())[:2])} … before all imports."
    )
    show("Processor time, float64; the order of the examples is given to the peers, and fit makes it itself. Timed is:")
    learners, report.skipped = networks.load(peers)
    for learner in (*networks.core_learners(), *learners):
        show(f"  {learner.name}: {learner.timed}")
    for name, reason in report.skipped.items():
        show(f"  {name} is skipped: {reason}")
    ready = {problem.name: problem for problem in problems(small)}
    shown = 0
    for part in parts:
        if part in TRAININGS:
            trainings.time_training(ready[part], learners, effort.turns, report)
            if profile:
                profiles.show_profile(ready[part], report)
        elif part == "outside":
            trainings.time_from_outside(ready["moons"], learners, effort, report)
        elif part == "curve":
            curve.time_curve(1_000 if small else 100_000, effort, report)
        elif part == "random":
            scalar_programs.time_programs(*((1_000, 20) if small else (100_000, 1_000)), min(effort.turns, 3), report)
        elif part == "recording":
            scalar_programs.time_recording((1_000,) if small else (100_000, 1_000_000), report)
        elif part == "startup":
            startup.time_startup(1 if small else 3, report)
        elif part == "memory":
            scalar_programs.measure_memory(*((1_000, (1, 10)) if small else (100_000, (1, 8, 100, 1_000))), report)
        for table in report.tables[shown:]:
            show(f"\n{table}")
        shown = len(report.tables)
    if report.targets and not small:
        show("\ntargets (on a machine that does nothing else)")
        for target in report.targets:
            show(target)
    return report
