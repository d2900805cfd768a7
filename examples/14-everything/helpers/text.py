"""A module that lies outside the source folder and is sent with it."""


def longest(words):
    return max(words, key=len)
