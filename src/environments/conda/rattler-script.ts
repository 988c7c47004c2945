/**
 * Python that does with py-rattler what conda does: it decides on packages, counts what is in them, and links them.
 *
 * stdin: one JSON object with `verb`. stdout: one JSON object at the end, `{"answer": …}` or `{"error": {"kind",
 * "message"}}`. stderr: a line of JSON for each step of progress. It ends with os._exit: py-rattler 0.28 sometimes
 * crashes in the interpreter's own end, after everything was done (PyO3/pyo3-async-runtimes#40).
 *
 * `solve`: exact records for match specs, or for the addresses of an explicit file. `measure`: for each package, files,
 * directories and bytes out of its list of paths, without downloading the package where a server gives ranges.
 * `install`: links records into a prefix whose files get another prefix written into them.
 */
export const rattlerScript = `
import asyncio, json, os, pathlib, posixpath, socket, sys, tempfile, urllib.parse, urllib.request
import rattler
from rattler.networking import Client, MirrorMiddleware, RetryMiddleware, AuthenticationMiddleware

CONNECT = 10
AT_ONCE = 16

class Wrong(Exception):
    def __init__(self, kind, message, **more):
        super().__init__(message)
        self.kind, self.more = kind, more

def tell(step, **more):
    print(json.dumps({"step": step, **more}), file=sys.stderr, flush=True)

def client(task):
    mirrors = task.get("mirrors") or {}
    middle = [MirrorMiddleware(mirrors)] if mirrors else []
    return Client([*middle, AuthenticationMiddleware(), RetryMiddleware(max_retries=3)])

def gateway(task, offline):
    config = rattler.SourceConfig(cache_action="force-cache-only" if offline else "cache-or-fetch")
    return rattler.Gateway(cache_dir=task["repodata"], default_config=config, client=client(task))

def silent_host(task):
    """The first server that does not even take a connection; a proxy is not looked behind."""
    for url in task["channels"]:
        for original, instead in (task.get("mirrors") or {}).items():
            url = instead[0] + url[len(original):] if url.startswith(original) else url
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or urllib.request.getproxies().get(parts.scheme):
            continue
        try:
            socket.create_connection((parts.hostname, parts.port or {"http": 80, "https": 443}[parts.scheme]), CONNECT).close()
        except OSError as error:
            return "%s: %s" % (parts.hostname, error)

def matching(text):
    try:
        return rattler.MatchSpec(text)
    except Exception as error:
        raise Wrong("spec", str(error), spec=text)

async def solve(task):
    silent = silent_host(task)
    try:
        if silent:
            raise Wrong("offline", silent)
        return {**await decide(task, False), "offline": False}
    except Exception as error:
        if kind_of(error) != "offline":
            raise
        try:
            return {**await decide(task, True), "offline": True}
        except Wrong:
            raise
        except Exception:
            raise Wrong("offline", str(error)) from None

async def decide(task, offline):
    sources, through = [rattler.Channel(url) for url in task["channels"]], gateway(task, offline)
    detected = rattler.VirtualPackage.detect(rattler.VirtualPackageOverrides.from_env())
    if task.get("explicit"):
        records = [await listed(through, item) for item in task["explicit"]]
    else:
        records = await rattler.solve(
            sources=sources, specs=[matching(text) for text in task["specs"]], gateway=through,
            locked_packages=[record_of(item) for item in task.get("locked") or []],
            pinned_packages=[record_of(item) for item in task.get("pinned") or []],
            virtual_packages=detected, add_pip_as_python_dependency=True)
    records = [json.loads(record.to_json()) for record in records]
    return {"records": records, "cached": [item["url"] for item in records if is_cached(task, item)],
            "virtual": [str(item.into_generic()) for item in detected],
            "version": rattler.__version__, "interpreter": sys.executable}

async def listed(through, item):
    """The channel's own record of one file, which says what kind of package it is and what its sums are."""
    channel, _, rest = item["url"].rpartition("/")
    channel, _, subdir = channel.rpartition("/")
    stem = rest[:-6] if rest.endswith(".conda") else rest[:-8]
    name = stem.rsplit("-", 2)[0]
    answer = await through.query([rattler.Channel(channel)], [subdir], [matching(name)], recursive=False)
    for source in answer:
        for record in source:
            if record.file_name != rest:
                continue
            for sum in ("md5", "sha256"):
                given, known = item.get(sum), getattr(record, sum)
                if given and known and given.lower() != known.hex():
                    raise Wrong("sum", "%s is not the file that was listed: its %s is %s." % (rest, sum, known.hex()), line=item["line"])
            return record
    raise Wrong("unlisted", "%s has no %s any more." % (channel, rest), line=item["line"])

def record_of(item):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(item, file)
        file.flush()
        package = rattler.PackageRecord.from_index_json(
            file.name, size=item.get("size"), sha256=item.get("sha256"), md5=item.get("md5"))
    return rattler.RepoDataRecord(package, item["fn"], item["url"], item.get("channel") or "")

def folder_of(task, item):
    stem = item["fn"][:-6] if item["fn"].endswith(".conda") else item["fn"][:-8]
    return pathlib.Path(task["packages"], stem)

def is_cached(task, item):
    """Whether that very file was unpacked before: rattler notes its sum beside the directory, conda inside."""
    folder = folder_of(task, item)
    try:
        if not folder.joinpath("info", "paths.json").exists():
            return False
        noted = folder.with_name(folder.name + ".lock")
        if noted.exists() and item.get("sha256"):
            return noted.read_bytes()[8:40].hex() == item["sha256"]
        known = json.loads(folder.joinpath("info", "repodata_record.json").read_text())
        return all(not item.get(sum) or not known.get(sum) or known[sum] == item[sum] for sum in ("sha256", "md5"))
    except (OSError, ValueError):
        return False

async def paths_of(task, through, item):
    if is_cached(task, item):
        return rattler.PathsJson.from_package_directory(folder_of(task, item))
    if item["url"].startswith("file:"):
        file = urllib.request.url2pathname(urllib.parse.urlsplit(item["url"]).path)
        return rattler.PathsJson.from_package_archive(file)
    return await rattler.PathsJson.from_remote_url(through, item["url"])

def count(item, paths):
    files, size, python, compiled, python_size, directories, record = 0, 0, set(), set(), 0, set(), 1200
    for entry in paths.paths:
        name = pathlib.PurePosixPath(str(entry.relative_path)).as_posix()
        if item.get("noarch") == "python" and name.startswith(("site-packages/", "python-scripts/")):
            name = "lib/python/" + name if name.startswith("site-packages/") else "bin/" + name[15:]
        files += 1
        # conda-meta has a few lines about each file, with its name twice: measured with rattler 0.28.
        record += 195 + 2 * len(name) + (400 if entry.prefix_placeholder else 0)
        size += entry.size_in_bytes or 0
        parent = posixpath.dirname(name)
        if name.endswith(".py") and name.startswith("lib/python"):
            python.add(name)
            python_size += entry.size_in_bytes or 0
        elif name.endswith(".pyc") and "/__pycache__/" in name:
            folder, _, base = name.rpartition("/__pycache__/")
            compiled.add("%s/%s.py" % (folder, base.split(".")[0]))
        while parent:
            directories.add(parent)
            parent = posixpath.dirname(parent)
    left = python - compiled
    share = len(left) / len(python) if python else 0
    return {"files": files + 1, "bytes": size + record,
            "directories": sorted(name for name in directories if name.count("/") < 3),
            "deeper": sum(1 for name in directories if name.count("/") >= 3),
            "pythonFiles": len(left), "pythonBytes": round(python_size * share),
            "pythonDirectories": len({posixpath.dirname(name) for name in left})}

async def measure(task):
    through, gate, done = client(task), asyncio.Semaphore(AT_ONCE), 0
    async def one(item):
        nonlocal done
        try:
            async with gate:
                paths = await asyncio.wait_for(paths_of(task, through, item), 60)
            answer = {"url": item["url"], **count(item, paths)}
        except Exception as error:
            answer = {"url": item["url"], "error": str(error)}
        done += 1
        tell("forecast", done=done, total=len(task["records"]))
        return answer
    return {"packages": await asyncio.gather(*map(one, task["records"]))}

class Reporter:
    def __init__(self, total):
        self.total, self.fetched, self.linked = total, 0, 0

    def on_populate_cache_complete(self, entry):
        self.fetched += 1
        tell("download", done=self.fetched, total=self.total)

    def on_link_complete(self, index):
        self.linked += 1
        tell("install", done=self.linked, total=self.total)

async def install(task):
    records = [record_of(item) for item in task["records"]]
    # rattler 0.28 takes only the inner object (a TypeError otherwise).
    asked = [matching(text)._match_spec for text in task["specs"]]
    await rattler.install(
        records=records, target_prefix=task["prefix"], alternative_target_prefix=task["final"],
        cache_dir=task["packages"], execute_link_scripts=False, show_progress=False, client=client(task),
        requested_specs=asked, reinstall_packages=set(task.get("again") or []), reporter=Reporter(len(records)))
    return {"interpreter": sys.executable}

def kind_of(error):
    if isinstance(error, Wrong):
        return error.kind
    text, name = str(error), type(error).__name__
    if "No space left" in text or "quota exceeded" in text.lower():
        return "space"
    if "Permission denied" in text or "Read-only file system" in text:
        return "permission"
    if "certificate" in text.lower():
        return "certificate"
    if name == "InvalidMatchSpecError":
        return "spec"
    if name == "SolverError":
        return "unsolvable"
    if any(sign in text for sign in ("client error (Connect)", "dns error", "operation timed out", "could not find subdir",
                                     "no cache available", "cache is not available", "connection closed", "NoCacheAvailable")):
        return "missing" if "could not find subdir" in text or "404" in text else "offline"
    if "hash mismatch" in text.lower() or "sha256" in text.lower():
        return "damaged"
    return "other"

def main():
    task = json.load(sys.stdin)
    try:
        for place in ("packages", "repodata"):
            os.makedirs(task[place], exist_ok=True)
        answer, code = {"answer": asyncio.run({"solve": solve, "measure": measure, "install": install}[task["verb"]](task))}, 0
    except Exception as error:
        answer, code = {"error": {"kind": kind_of(error), "message": str(error), **getattr(error, "more", {})}}, 1
    print(json.dumps(answer), flush=True)
    os._exit(code)

main()
`;
