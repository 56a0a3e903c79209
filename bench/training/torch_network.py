"""custom-k5 of cnn1d in PyTorch: conv, BN, ReLU, pool; flatten, dropout, dense."""

from torch import nn


def network(layers=8, start=32, classes=16, dropout=0.5, batch_norm=False, samples=16_000):
    parts, inputs, length = [], 1, samples
    for index in range(layers):
        channels = start * 2 ** (index // 4)
        # BN takes away what a bias adds; Adam would walk it at random, and the moving mean lags behind.
        parts.append(nn.Conv1d(inputs, channels, 5, padding=2, bias=not batch_norm))
        if batch_norm:
            parts.append(nn.BatchNorm1d(channels, eps=1e-3, momentum=0.01))
        parts.append(nn.ReLU())
        if index < layers - 1:
            parts.append(nn.MaxPool1d(3))
            length //= 3
        inputs = channels
    parts += [nn.Flatten(), nn.Dropout(dropout), nn.Linear(inputs * length, classes)]
    whole = nn.Sequential(*parts)
    for part in whole.modules():
        if isinstance(part, (nn.Conv1d, nn.Linear)):
            nn.init.xavier_uniform_(part.weight)
            if part.bias is not None:
                nn.init.zeros_(part.bias)
    return whole


def correct_momentum(model, step):
    """cnn1d's moving statistics: momentum 0.99 without the weight of where they started (docs/cnn1d.md).

    PyTorch's own begin at a variance of 1; against speech's thousandth that spoils what is evaluated for 1,000 steps.
    """
    for part in model.modules():
        if isinstance(part, nn.BatchNorm1d):
            part.momentum = 0.01 / (1 - 0.99 ** (step + 1))
