"""Judges requests by the service models that botocore ships.

Reads one JSON object a line from stdin, {"operation": "CreateTrainingJob", "input": {...}}, optionally with "service"
(default "sagemaker") and "id". Prints one line for each violation, as JSON: {"line", "id", "operation", "path", "problem"};
the last line is {"requests": N, "violations": N}. botocore itself checks types, required members and a few ranges; patterns,
enumerations and all lengths are checked here by walking the model. Exit code 1 when anything was wrong.
"""
import datetime
import functools
import json
import re
import sys

import botocore.session


@functools.lru_cache
def model_of(service):
    return botocore.session.get_session().get_service_model(service)


@functools.lru_cache
def python_pattern(pattern):
    """The model's patterns are Java's; only Unicode classes differ, which the third-party free `re` does not know."""
    classes = {r'\p{L}': r'\w', r'\p{Z}': r'\s', r'\p{N}': r'\d', r'\p{M}': '', r'\p{S}': r'\u0080-\uffff'}
    text = pattern
    for java, python in classes.items():
        text = text.replace(java, python)
    return re.compile(text)


def problems(shape, value, path):
    check = CHECKS.get(shape.type_name)
    if value is None:
        yield path, 'is null'
    elif check is None:
        yield path, 'is of the unknown type ' + shape.type_name
    else:
        yield from check(shape, value, path)


def structure(shape, value, path):
    if not isinstance(value, dict):
        yield path, 'is not a structure'
        return
    for name in shape.required_members:
        if name not in value:
            yield path + '.' + name, 'is required'
    if getattr(shape, 'is_tagged_union', False) and len(value) != 1:
        yield path, 'is a union: exactly one member'
    for name, member in value.items():
        if name not in shape.members:
            yield path + '.' + name, 'is not a member of ' + shape.name
        else:
            yield from problems(shape.members[name], member, path + '.' + name)


def listing(shape, value, path):
    if not isinstance(value, list):
        yield path, 'is not a list'
        return
    yield from limits(shape, len(value), path, 'items')
    for index, item in enumerate(value):
        yield from problems(shape.member, item, '%s[%d]' % (path, index))


def mapping(shape, value, path):
    if not isinstance(value, dict):
        yield path, 'is not a map'
        return
    yield from limits(shape, len(value), path, 'entries')
    for key, item in value.items():
        yield from problems(shape.key, key, path + '{key}')
        yield from problems(shape.value, item, '%s{%s}' % (path, key))


def string(shape, value, path):
    if not isinstance(value, str):
        yield path, 'is not a string'
        return
    yield from limits(shape, len(value), path, 'characters')
    pattern = shape.metadata.get('pattern')
    if pattern is not None and python_pattern(pattern).fullmatch(value) is None:
        yield path, '%r does not match %s' % (value[:80], pattern)
    if shape.enum and value not in shape.enum:
        yield path, '%r is none of %s' % (value, ', '.join(shape.enum[:8]))


def number(shape, value, path):
    whole = shape.type_name in ('integer', 'long')
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        yield path, 'is not a number'
        return
    low, high = shape.metadata.get('min'), shape.metadata.get('max')
    if low is not None and value < low:
        yield path, '%s is less than %s' % (value, low)
    if high is not None and value > high:
        yield path, '%s is more than %s' % (value, high)


def boolean(_shape, value, path):
    if not isinstance(value, bool):
        yield path, 'is not a boolean'


def timestamp(_shape, value, path):
    if not isinstance(value, (int, float, str, datetime.datetime)):
        yield path, 'is not a time'


def blob(_shape, value, path):
    if not isinstance(value, str):
        yield path, 'is not bytes'


def limits(shape, size, path, unit):
    low, high = shape.metadata.get('min'), shape.metadata.get('max')
    if low is not None and size < low:
        yield path, '%d %s, at least %d' % (size, unit, low)
    if high is not None and size > high:
        yield path, '%d %s, at most %d' % (size, unit, high)


CHECKS = {
    'structure': structure, 'list': listing, 'map': mapping, 'string': string, 'character': string, 'integer': number, 'long': number,
    'float': number, 'double': number, 'boolean': boolean, 'timestamp': timestamp, 'blob': blob,
}


def main():
    requests = violations = 0
    for line, text in enumerate(sys.stdin, 1):
        if not text.strip():
            continue
        request = json.loads(text)
        requests += 1
        operation = request['operation']
        shape = model_of(request.get('service', 'sagemaker')).operation_model(operation).input_shape
        for path, problem in problems(shape, request['input'], operation):
            violations += 1
            print(json.dumps({'line': line, 'id': request.get('id'), 'operation': operation, 'path': path, 'problem': problem}))
    print(json.dumps({'requests': requests, 'violations': violations}))
    return 1 if violations else 0


if __name__ == '__main__':
    sys.exit(main())
