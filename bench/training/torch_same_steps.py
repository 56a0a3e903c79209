"""usage: torch_same_steps.py FOLDER STEPS: the training of same-steps.ts, from its weights, batches and masks, as JSON."""

import json
import os
import sys

import numpy
import torch
from torch import nn

from torch_network import correct_momentum, network

folder, steps = sys.argv[1], int(sys.argv[2])
with open(os.path.join(folder, "job.json"), encoding="utf-8") as file:
    job = json.load(file)
batch = job["batchSize"]
torch.set_default_dtype(getattr(torch, job["precision"]))


def read(name, dtype="<f4"):
    return torch.from_numpy(numpy.fromfile(os.path.join(folder, name), dtype=dtype).astype(job["precision"]))


weights = read("weights.f32")
slots = {
    slot["name"]: weights[slot["offset"] : slot["offset"] + slot["size"]].reshape(slot["shape"]) for slot in job["slots"]
}
samples = read("samples.f32").reshape(-1, 1, 16_000)
labels = torch.from_numpy(numpy.fromfile(os.path.join(folder, "labels.u16"), dtype="<u2").astype("int64"))
model = network(job["layers"], job["startChannels"], job["classes"], 0, job["batchNorm"])
convolutions = [part for part in model if isinstance(part, nn.Conv1d)]
norms = [part for part in model if isinstance(part, nn.BatchNorm1d)]
head, channels = model[-1], convolutions[-1].out_channels


def by_channel(flat):
    """labsweep flattens [time, channel], PyTorch [channel, time]."""
    return flat.reshape(len(flat), -1, channels).transpose(1, 2).reshape(len(flat), -1)


with torch.no_grad():
    for index, part in enumerate(convolutions):
        part.weight.copy_(slots[f"conv{index}/filter"][:, 0].permute(2, 1, 0))
    for index, part in enumerate(norms):
        part.weight.copy_(slots[f"norm{index}/gamma"])
        part.bias.copy_(slots[f"norm{index}/beta"])
    head.weight.copy_(by_channel(slots["dense0/weights"].T))
masks = by_channel(read("masks.f32").reshape(steps * batch, -1))

optimiser = torch.optim.Adam(model.parameters(), job["learningRate"])
losses = []
model.train()
for step in range(steps):
    chosen = slice(step * batch, (step + 1) * batch)
    correct_momentum(model, step)
    optimiser.zero_grad()
    loss = nn.functional.cross_entropy(head(model[:-1](samples[chosen]) * masks[chosen]), labels[chosen])
    loss.backward()
    optimiser.step()
    losses.append(loss.item())
model.eval()
with torch.no_grad():
    rest = slice(steps * batch, None)
    evaluated = nn.functional.cross_entropy(model(samples[rest]), labels[rest]).item()
print(json.dumps({"losses": losses, "evaluated": evaluated}))
