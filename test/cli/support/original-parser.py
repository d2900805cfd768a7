"""Reads command lines as the Python original did: by argparse, from the table of its flags. JSON in, JSON out."""
import argparse
import json
import sys


class Refused(Exception):
    pass


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Refused(message)


def dashed(name):
    return ("-" if len(name) == 1 else "--") + name


def whole(text):
    int(text)
    return text


def parser_of(flags):
    parser = Parser(add_help=False)
    for flag in flags:
        names = [dashed(name) for name in flag["names"]]
        if flag["nargs"] == 0:
            pair = sorted([flag["names"][0], flag.get("opposite", flag["names"][0])])[0]
            parser.add_argument(*names, action="store_const", const=flag["names"][0], dest=pair)
            continue
        given = {"dest": flag["names"][0], "required": flag.get("required", False)}
        if flag["nargs"] != 1:
            given["nargs"] = flag["nargs"]
        if flag.get("append"):
            given["action"] = "append"
        if flag.get("integer"):
            given["type"] = whole
        if flag.get("choices"):
            given["choices"] = flag["choices"]
        parser.add_argument(*names, **given)
    return parser


def read(parser, argv):
    try:
        namespace, extras = parser.parse_known_args(argv)
    except Refused as refused:
        return {"refused": str(refused)}
    return {"values": {k: v for k, v in vars(namespace).items() if v is not None}, "extras": extras}


asked = json.load(sys.stdin)
parsers = {command: parser_of(flags) for command, flags in asked["flags"].items()}
json.dump([read(parsers[command], argv) for command, argv in asked["lines"]], sys.stdout)
