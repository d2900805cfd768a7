/** How the written classes load and save documents. */
export const pythonFiles = `def _load_hyperparameters() -> object:
    return json.loads(os.environ.get("SM_HPS") or "{}")


def _save_result(value: object) -> None:
    _save_lines(_output(".", "SM_OUTPUT_DATA_DIR", "SSM_OUTPUT"), "result.json", (value,))


def _save_lines(folder: str, name: str, values: Iterable[object]) -> None:
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    handle, unfinished = tempfile.mkstemp(prefix=".unfinished-", dir=os.path.dirname(path))
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            for value in values:
                json.dump(value, file, allow_nan=False)
                file.write("\\n")
        os.chmod(unfinished, 0o644)
        os.replace(unfinished, path)
    except BaseException:
        os.unlink(unfinished)
        raise


def _checked(values: Iterable[object], read: Callable[[object, str], object], at: str) -> Iterator[object]:
    for number, value in enumerate(values, 1):
        plain = to_json(value)
        read(plain, "%s:%d" % (at, number))
        yield plain


def _load_document(folder: str, name: str, at: str) -> object:
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return _parsed(file.read(), at)


def _load_lines(folder: str, name: str, at: str) -> Iterator[Tuple[str, object]]:
    with open(os.path.join(folder, name), encoding="utf-8", newline="\\n") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                place = "%s:%d" % (at, number)
                yield place, _parsed(line, place)


def _parsed(text: str, at: str) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        raise WrongDocument("%s is no JSON: %s" % (at, error)) from None


def _output(by_hand: str, *variables: str) -> str:
    for variable in variables:
        folder = os.environ.get(variable)
        if folder:
            return folder
    return by_hand


def _channel(variable: str) -> str:
    folder = os.environ.get(variable)
    if folder is None:
        raise RuntimeError("The job has no such channel: the variable %s is not set" % variable)
    return folder
`
