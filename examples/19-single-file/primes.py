"""Writes the prime numbers below a limit into a file."""
import argparse
import os
import pathlib

parser = argparse.ArgumentParser()
parser.add_argument("--below", type=int, required=True)
below = parser.parse_args().below

primes = [n for n in range(2, below) if all(n % d for d in range(2, int(n**0.5) + 1))]
pathlib.Path(os.environ["SM_OUTPUT_DATA_DIR"], "primes.txt").write_text("".join(f"{prime}\n" for prime in primes))
print(f"{len(primes)} primes below {below}")
