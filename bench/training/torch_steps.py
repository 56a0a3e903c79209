"""usage: torch_steps.py THREADS STEPS [bn]: seconds a step of the network on noise, and peak memory, as JSON."""

import json
import resource
import sys
import time

import torch
from torch import nn

from torch_network import network

threads, steps = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(threads)
torch.manual_seed(1)
model = network(batch_norm="bn" in sys.argv)
model.train()
optimiser = torch.optim.Adam(model.parameters(), 1e-3)
samples = torch.rand(32, 1, 16_000) - 0.5
labels = torch.arange(32) % 16
seconds = []
for _ in range(steps + 2):
    began = time.perf_counter()
    optimiser.zero_grad()
    loss = nn.functional.cross_entropy(model(samples), labels)
    loss.backward()
    optimiser.step()
    loss.item()
    seconds.append(time.perf_counter() - began)
# The first two steps make ready what the others use.
seconds = sorted(seconds[2:])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": seconds[len(seconds) // 2], "peakMb": peak}))
