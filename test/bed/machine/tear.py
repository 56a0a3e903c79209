"""tear.py SEED MARKER FOLDER: what a power loss makes of files that had not reached the disk yet.

Each file below FOLDER that was written in the last 30 s, and after MARKER, is by chance (the same for the same seed and
name) left as it is, cut, cut and filled with zeros, emptied or gone. Says what it did, a line a file.
"""
import os
import random
import sys
import time

RECENT_SECONDS = 30


def files(folder):
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            yield os.path.join(root, name)


def tear(path, size, chance):
    fate = chance.choice(("kept", "cut", "cut", "zeros", "emptied", "gone"))
    keep = chance.randrange(size) if size > 0 else 0
    if fate == "gone":
        os.unlink(path)
    elif fate != "kept":
        with open(path, "r+b") as file:
            file.truncate(0 if fate == "emptied" else keep)
            if fate == "zeros":
                file.truncate(size)
    return fate


def main():
    seed, marker, folder = sys.argv[1:]
    since = max(time.time() - RECENT_SECONDS, os.stat(marker).st_mtime)
    for path in files(folder):
        if os.path.islink(path) or not os.path.isfile(path):
            continue
        status = os.stat(path)
        if status.st_mtime > since:
            name = os.path.relpath(path, folder)
            print(tear(path, status.st_size, random.Random(f"{seed} {name}")), name)


main()
