"""Trains a classifier of handwritten digits and prints one line of JSON. Knows nothing of labsweep."""

import argparse
import json

from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--trees", type=int, default=50)
parser.add_argument("--depth", type=int, default=10)
parser.add_argument("--features", default="sqrt", choices=["sqrt", "log2"])
parser.add_argument("--balanced", action="store_true")
parser.add_argument("--seed", type=int, default=1)
args = parser.parse_args()

digits = load_digits()
# The same split for every trial: what is compared are the models, not the luck of the draw.
train_x, other_x, train_y, other_y = train_test_split(
    digits.data, digits.target, test_size=0.4, random_state=0, stratify=digits.target
)
val_x, test_x, val_y, test_y = train_test_split(
    other_x, other_y, test_size=0.5, random_state=0, stratify=other_y
)

forest = RandomForestClassifier(
    n_estimators=args.trees,
    max_depth=args.depth,
    max_features=args.features,
    class_weight="balanced" if args.balanced else None,
    random_state=args.seed,
)
forest.fit(train_x, train_y)
print(
    json.dumps(
        {
            "val_accuracy": forest.score(val_x, val_y),
            "val_f1": f1_score(val_y, forest.predict(val_x), average="macro"),
            "test_accuracy": forest.score(test_x, test_y),
        }
    )
)
