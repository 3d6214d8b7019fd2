"""pyarrow, started in half the time."""

from __future__ import annotations

import gc
import sys

__all__ = ["load_without_pandas"]


class _NoPandas:
    """Finds everything but pandas."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        """Refuse pandas, leave all else to the finders that follow."""
        del path, target
        if name == "pandas":
            raise ImportError("not needed here")


def load_without_pandas() -> None:
    """Import pyarrow, and let it look for pandas in vain once and for all.

    Its first array looks whether pandas is there to be converted from, and so imports it: 0.2 CPU-s in each process.
    What is loaded by then stays, so it need not be looked through for garbage again.
    """
    if "pandas" not in sys.modules:
        sys.meta_path.insert(0, _NoPandas)
        try:
            import pyarrow as pa

            pa.array([0])
        finally:
            sys.meta_path.remove(_NoPandas)
    gc.freeze()
