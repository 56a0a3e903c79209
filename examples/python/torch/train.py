"""Trains a small network on two interleaved spirals; writes a row of history.csv an epoch. Knows nothing of labsweep."""

import argparse
import csv
import math

import torch
from torch import nn

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--layers", type=int, default=2)
parser.add_argument("--width", type=int, default=32)
parser.add_argument("--learning-rate", type=float, default=0.01)
parser.add_argument("--dropout", type=float, default=0.0)
parser.add_argument("--epochs", type=int, default=40)
parser.add_argument("--seed", type=int, default=1)
args = parser.parse_args()

device = "cuda" if torch.cuda.is_available() else "cpu"


def spirals(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Points of two spirals with some noise, and which of the two each is on."""
    chance = torch.Generator().manual_seed(seed)
    label = torch.arange(count) % 2
    turn = torch.rand(count, generator=chance).sqrt() * 3 * math.pi
    angle = turn + label * math.pi
    points = torch.stack([angle.cos(), angle.sin()], dim=1) * turn.unsqueeze(1) / (3 * math.pi)
    return points + 0.06 * torch.randn(count, 2, generator=chance), label


# Data of its own seeds: the trial's seed is that of the weights and of the order alone.
train_x, train_y = (part.to(device) for part in spirals(1000, seed=100))
val_x, val_y = (part.to(device) for part in spirals(500, seed=200))

torch.manual_seed(args.seed)
blocks: list[nn.Module] = []
for layer in range(args.layers):
    blocks += [nn.Linear(2 if layer == 0 else args.width, args.width), nn.ReLU(), nn.Dropout(args.dropout)]
model = nn.Sequential(*blocks, nn.Linear(args.width, 2)).to(device)
optimizer = torch.optim.Adam(model.parameters(), lr=args.learning_rate)
loss_of = nn.CrossEntropyLoss()

with open("history.csv", "w", newline="") as file:
    history = csv.writer(file)
    history.writerow(["epoch", "loss", "val_loss", "val_accuracy"])
    for epoch in range(1, args.epochs + 1):
        model.train()
        total = 0.0
        for batch in torch.randperm(len(train_x), device=device).split(50):
            optimizer.zero_grad()
            loss = loss_of(model(train_x[batch]), train_y[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        model.eval()
        with torch.no_grad():
            logits = model(val_x)
            val_loss = loss_of(logits, val_y).item()
            val_accuracy = (logits.argmax(dim=1) == val_y).float().mean().item()
        history.writerow([epoch, total / len(train_x), val_loss, val_accuracy])
        file.flush()
