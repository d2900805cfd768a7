"""Prints what it was given, in the three ways a program can read it."""
import argparse
import json
import os

parser = argparse.ArgumentParser()
parser.add_argument("--shout", action="store_true")
parser.add_argument("--name")
parser.add_argument("--times", type=int)
given = parser.parse_args()

for _ in range(given.times):
    text = f"hello {given.name}"
    print(text.upper() if given.shout else text)
print("as JSON:", json.dumps(json.loads(os.environ["SM_HPS"]), sort_keys=True))
print("one of them:", os.environ["SM_HP_NAME"])
