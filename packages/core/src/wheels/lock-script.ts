/**
 * Reads a lock file and prints its packages with files and digests as JSON, unchecked. Arguments: the file, and the markers of the
 * target as JSON (empty for this interpreter's own). Python, because it brings what reads TOML and markers, and core does not.
 */
export const lockScript = `
import json, os, sys
try:
    import tomllib
except ImportError:
    from pip._vendor import tomli as tomllib
from pip._vendor.packaging.markers import Marker

path, target = sys.argv[1], json.loads(sys.argv[2])
with open(path, "rb") as file:
    lock = tomllib.load(file)

def holds(marker, extras=()):
    if not marker:
        return True
    return any(Marker(marker).evaluate(dict(target, extra=extra)) for extra in (extras or ("",)))

def refuse(package, why):
    sys.exit("%s %s %s" % (package.get("name"), package.get("version", ""), why))

def from_pylock():
    for package in lock.get("packages", []):
        if holds(package.get("marker")):
            wheels = [wheel for wheel in package.get("wheels", []) if "sha256" in wheel.get("hashes", {})]
            yield package, [wheel["name"] for wheel in wheels if "name" in wheel], ["sha256:%s" % wheel["hashes"]["sha256"] for wheel in wheels]

def from_poetry():
    for package in lock.get("package", []):
        markers = package.get("markers")
        if isinstance(markers, dict):
            markers = markers.get("main")
        if "main" in package.get("groups", ["main"]) and not package.get("optional") and holds(markers):
            wheels = [file for file in package.get("files", []) if file["file"].endswith(".whl")]
            yield package, [file["file"] for file in wheels], [file["hash"] for file in wheels]

def from_uv():
    packages = {}
    for package in lock.get("package", []):
        packages.setdefault(package["name"], []).append(package)
    is_own = lambda package: any(kind in package.get("source", {}) for kind in ("virtual", "editable")) 
    waiting = [(package, ()) for several in packages.values() for package in several if is_own(package)]
    seen = set()
    while waiting:
        package, extras = waiting.pop()
        mark = (package["name"], package.get("version"), extras)
        if mark in seen:
            continue
        seen.add(mark)
        needs = list(package.get("dependencies", []))
        for extra in extras:
            needs += package.get("optional-dependencies", {}).get(extra, [])
        for need in needs:
            if holds(need.get("marker"), extras):
                for found in packages.get(need["name"], []):
                    if need.get("version") in (None, found.get("version")):
                        waiting.append((found, tuple(sorted(need.get("extra", [])))))
        if not is_own(package):
            wheels = package.get("wheels", [])
            yield package, [wheel["filename"] for wheel in wheels if "filename" in wheel], [wheel["hash"] for wheel in wheels]

read = {"uv.lock": from_uv, "poetry.lock": from_poetry}.get(os.path.basename(path), from_pylock)
found = []
for package, files, digests in read():
    if not package.get("version"):
        refuse(package, "has no version: only packages of an index can be brought")
    if not digests:
        refuse(package, "is locked as source only: it has no wheel")
    found.append({"name": package.get("name"), "version": package["version"], "files": files, "digests": digests})
print(json.dumps(found))
`
