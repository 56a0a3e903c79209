"""submit.py FOLDER TRIALS SLOTS COMMAND...: what HyperQueue takes for the work, server and worker up before.

Prints the seconds from the submission to the end of the wait."""

import sys
import time

from hyperqueue import Job, LocalCluster
from hyperqueue.cluster import WorkerConfig


def job_of(folder, trials, command):
    # One failed trial does not end the others, as with all who are compared; each writes its output to a file.
    job = Job(folder, max_fails=None)
    for trial in range(1, trials + 1):
        job.program([word.replace("{x}", str(trial)) for word in command])
    return job


def seconds_of(client, job):
    began = time.monotonic()
    client.wait_for_jobs([client.submit(job)], raise_on_error=True)
    return time.monotonic() - began


folder, trials, slots, *command = sys.argv[1:]
with LocalCluster(f"{folder}/server", WorkerConfig(cores=int(slots))) as cluster:
    client = cluster.client()
    seconds_of(client, job_of(f"{folder}/first", 1, command))
    print(seconds_of(client, job_of(f"{folder}/work", int(trials), command)))
