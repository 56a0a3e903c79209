"""submit.py FOLDER TRIALS SLOTS COMMAND...: what HyperQueue takes for the work, server and worker up before.

Prints the seconds from the submission to the last change of a trial's output: its client, which looks once a second
whether the work is done, would round them up."""

import os
import sys
import time

from hyperqueue import Job, LocalCluster
from hyperqueue.cluster import WorkerConfig


def run(client, folder, trials, command):
    # One failed trial does not end the others, as with all who are compared; each writes its output to a file.
    job = Job(folder, max_fails=None)
    for trial in range(1, trials + 1):
        job.program([word.replace("{x}", str(trial)) for word in command])
    submitted = time.time()
    client.wait_for_jobs([client.submit(job)], raise_on_error=True)
    return last_change(folder, trials) - submitted


def last_change(folder, trials):
    outputs = [
        os.stat(os.path.join(root, name))
        for root, _, names in os.walk(folder)
        for name in names
        if name.endswith(".stdout")
    ]
    assert sum(output.st_size > 0 for output in outputs) == trials
    return max(output.st_mtime for output in outputs)


folder, trials, slots, *command = sys.argv[1:]
with LocalCluster(f"{folder}/server", WorkerConfig(cores=int(slots))) as cluster:
    client = cluster.client()
    run(client, f"{folder}/first", 1, command)
    print(run(client, f"{folder}/work", int(trials), command))
