"""Folders of images, one for each class, and the classifier: a softmax regression in plain Python, so that it needs nothing."""
import math
import pathlib
import random


def read(folder, classes):
    """Pairs of pixels, from 0 to 1, and the number of the class; a constant is added to the pixels of each image."""
    pairs = []
    for label, name in enumerate(classes):
        for path in sorted(pathlib.Path(folder, name).glob("*.pgm")):
            _, _, _, rest = path.read_bytes().split(None, 3)
            largest, pixels = rest.split(b"\n", 1)
            pairs.append(([value / int(largest) for value in pixels] + [1.0], label))
    return pairs


def shares(weights, pixels):
    """How likely each class is."""
    scores = [sum(map(float.__mul__, row, pixels)) for row in weights]
    powers = [math.exp(score - max(scores)) for score in scores]
    return [power / sum(powers) for power in powers]


def learn(weights, pairs, rate, seed):
    """One epoch: a step after each image, in an order that the seed gives. The mean loss is returned."""
    loss = 0.0
    for pixels, label in random.Random(seed).sample(pairs, len(pairs)):
        guess = shares(weights, pixels)
        loss -= math.log(max(guess[label], 1e-12))
        for number, row in enumerate(weights):
            slope = rate * (guess[number] - (number == label))
            if abs(slope) > 1e-4:
                row[:] = [weight - slope * pixel for weight, pixel in zip(row, pixels)]
    return loss / len(pairs)


def right(weights, pairs, first):
    """Of how many images the class is among the `first` most likely ones."""
    guesses = [(shares(weights, pixels), label) for pixels, label in pairs]
    return sum(label in sorted(range(len(guess)), key=guess.__getitem__)[-first:] for guess, label in guesses)
