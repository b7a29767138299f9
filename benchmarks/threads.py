"""One thread for everyone: the libraries read these variables when they are loaded, so this comes before all imports."""

import os

VARIABLES = {
    "OMP_NUM_THREADS": "1",  # OpenMP: PyTorch, scikit-learn
    "OPENBLAS_NUM_THREADS": "1",  # NumPy's and SciPy's BLAS
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",  # macOS
    "NUMBA_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",  # JAX
}


def one_thread() -> None:
    """Ask the libraries that are not loaded yet for one thread, and tell the BLAS of those that are."""
    os.environ.update(VARIABLES)
    try:
        from threadpoolctl import threadpool_limits  # comes with scikit-learn
    except ImportError:
        return
    import numpy as np  # noqa: F401 - so that its BLAS is there

    threadpool_limits(1)
