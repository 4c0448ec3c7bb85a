"""Keep a core from halting while a load generator waits on it, at the lowest priority there is.

A halted virtual core costs the server about 10 us for each answer that wakes it, which fast servers pay less often
than slow ones. With this beside the load generator all pay alike.
"""

import os

os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
while True:
    pass
