"""cnn1d's custom-k5 trained by PyTorch, as a trial of labsweep: Speech Commands layout, the lists' splits.

Params and seed come by the trial contract (LABSWEEP_PARAMS, LABSWEEP_SEED); SPEECH names the folder with the clips.
"""

import json
import os
import random
import wave

import numpy
import torch
from torch import nn

from torch_network import correct_momentum, network

params = json.load(open(os.environ["LABSWEEP_PARAMS"], encoding="utf-8"))
seed = int(os.environ["LABSWEEP_SEED"])
folder = os.environ["SPEECH"]
words = params["words"].split()
torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
torch.manual_seed(seed)
random.seed(seed)


def clip(path):
    with wave.open(path) as file:
        frames = numpy.frombuffer(file.readframes(file.getnframes()), dtype="<i2")[:16_000]
    samples = numpy.zeros(16_000, dtype=numpy.float32)
    samples[: len(frames)] = frames / 32_768
    return samples


def names(file):
    with open(os.path.join(folder, file), encoding="utf-8") as lines:
        return {line.strip() for line in lines}


listed = {"validation": names("validation_list.txt"), "test": names("testing_list.txt")}
splits = {"train": ([], []), "validation": ([], []), "test": ([], [])}
for label, word in enumerate(words):
    for name in sorted(os.listdir(os.path.join(folder, word))):
        path = f"{word}/{name}"
        split = next((split for split, names in listed.items() if path in names), "train")
        splits[split][0].append(clip(os.path.join(folder, path)))
        splits[split][1].append(label)
data = {
    split: (torch.tensor(numpy.stack(clips)).unsqueeze(1), torch.tensor(labels))
    for split, (clips, labels) in splits.items()
}

model = network(params["layers"], params["startChannels"], len(words), params["dropout"], params["batchNorm"])
optimiser = torch.optim.Adam(model.parameters(), params["learningRate"])


def accuracy(split):
    model.eval()
    samples, labels = data[split]
    with torch.no_grad():
        logits = torch.cat([model(part) for part in samples.split(params["batchSize"])])
    return (logits.argmax(1) == labels).double().mean().item()


best, at_best, since, step = -1.0, {}, 0, 0
samples, labels = data["train"]
for epoch in range(1, params["epochs"] + 1):
    model.train()
    loss_sum = 0.0
    for chosen in torch.randperm(len(labels)).split(params["batchSize"]):
        correct_momentum(model, step)
        step += 1
        optimiser.zero_grad()
        loss = nn.functional.cross_entropy(model(samples[chosen]), labels[chosen])
        loss.backward()
        optimiser.step()
        loss_sum += loss.item() * len(chosen)
    validation = accuracy("validation")
    print(json.dumps({"step": epoch, "epoch": epoch, "loss": loss_sum / len(labels), "val_accuracy": validation}), flush=True)
    since += 1
    if validation > best:
        best, since = validation, 0
        at_best = {"val_accuracy": validation, "test_accuracy": accuracy("test")}
    if since >= params["patience"]:
        break
print(json.dumps({**at_best, "epochs": epoch, "final": True}))
