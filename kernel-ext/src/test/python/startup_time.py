"""Times what a user waits for, from a cold kernel to the first picture: python startup_time.py [times]."""

import statistics
import sys
import time

from kernel import Kernel
from kernel_check import FIRST_PICTURE


def measure():
    with Kernel() as kernel:
        begin = time.monotonic()
        cell = kernel.run(FIRST_PICTURE)
        assert len(cell.pngs()) == 1, cell.outputs
        return kernel.seconds_to_ready, time.monotonic() - begin


ready, picture = zip(*(measure() for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3)))
print(f"kernel ready {statistics.median(ready):.1f} s, then first picture {statistics.median(picture):.1f} s")
