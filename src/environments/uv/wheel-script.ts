/**
 * Python that counts what is in wheels without downloading them, run by the interpreter the environment will have.
 *
 * stdin: `[{"url", "take"}]`. stdout: one line for each wheel, `{"url", "counts": [files, directories, bytes, python
 * files, python bytes, directories with python files, python files beside the packages], "ratio"}`, or `{"url", "error"}`.
 * A line on stderr when one is done. A wheel is a zip file whose list of contents stands at its end (PEP 427), so two
 * requests for a range are enough. With `take`, that many Python files are compiled, chosen with their size as weight:
 * the mean of bytecode to source is `ratio`, which differs from 0.5 to 1.9 among packages and between Pythons.
 *
 * Python and not fetch(), because it honours SSL_CERT_FILE and the proxy variables as uv does. Names are looked up once:
 * sixteen look-ups at a time make a small resolver fail.
 */
export const wheelScript = String.raw`
import concurrent.futures, functools, io, json, posixpath, random, re, socket, ssl, sys, threading, zipfile
import importlib._bootstrap_external as bootstrap, urllib.parse, urllib.request, warnings

TAIL = 65536
TIMEOUT = 15
AT_ONCE = 16
LONGEST = 1 << 20

warnings.simplefilter("ignore")
look_up, one_at_a_time = functools.lru_cache(None)(socket.getaddrinfo), threading.Lock()

def look_up_once(*arguments, **options):
    with one_at_a_time:
        return look_up(*arguments, **options)

socket.getaddrinfo = look_up_once
opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=ssl.create_default_context()))

class Remote(io.RawIOBase):
    def __init__(self, url):
        self.url, self.at = url, 0
        self.body, self.size = self.fetch("-%d" % TAIL)
        self.start = self.size - len(self.body)

    def fetch(self, span):
        request = urllib.request.Request(self.url, headers={"Range": "bytes=" + span})
        with opener.open(request, timeout=TIMEOUT) as answer:
            if answer.status != 206:
                raise OSError("the index answers no ranges")
            return answer.read(), int(answer.headers["Content-Range"].rpartition("/")[2])

    def seekable(self):
        return True

    def readable(self):
        return True

    def tell(self):
        return self.at

    def seek(self, offset, whence=0):
        self.at = offset + (0, self.at, self.size)[whence]
        return self.at

    def read(self, count=-1):
        begin, self.at = self.at, self.size if count < 0 else min(self.at + count, self.size)
        if begin >= self.start:
            return self.body[begin - self.start : self.at - self.start]
        if self.at < self.start:
            return self.fetch("%d-%d" % (begin, self.at - 1))[0]
        self.body = self.fetch("%d-%d" % (begin, self.start - 1))[0] + self.body
        self.start = begin
        return self.body[: self.at - begin]

def open_wheel(url):
    if url.startswith("file:"):
        return open(urllib.request.url2pathname(urllib.parse.urlsplit(url).path), "rb")
    return Remote(url)

def scripts(archive, source):
    found = [item for item in archive.infolist() if item.filename.endswith(".dist-info/entry_points.txt")]
    if not found or found[0].header_offset < getattr(source, "start", 0):
        return len(found)
    text = archive.read(found[0]).decode("utf-8", "replace")
    sections = re.findall(r"^\[(?:console|gui)_scripts\](.*?)(?=^\[|\Z)", text, re.S | re.M)
    return sum(len(re.findall(r"^[^#;\n=]+=", section, re.M)) for section in sections)

def count(archive, source):
    files = [item for item in archive.infolist() if not item.is_dir()]
    python, directories, beside = [], set(), 0
    for item in files:
        name, inside = item.filename, True
        data = re.match(r"[^/]+\.data/([^/]+)/(.*)", name)
        if data:
            name, inside = data[2], data[1] in ("purelib", "platlib")
        if name.endswith(".py") and inside:
            python.append(item)
            beside += "/" not in name
        parent = "" if data and data[1] == "scripts" else posixpath.dirname(name)
        while parent:
            directories.add((inside, parent))
            parent = posixpath.dirname(parent)
    homes = {posixpath.dirname(item.filename) for item in python}
    started = scripts(archive, source)
    size = sum(item.file_size for item in files) + started * 340
    # INSTALLER and REQUESTED are added by whoever installs.
    return python, [len(files) + started + 2, len(directories), size, len(python),
                    sum(item.file_size for item in python), len(homes - {""}), beside]

def compiled(archive, item):
    source = archive.read(item)
    code = compile(source, "/" * 90 + item.filename, "exec", dont_inherit=True)
    return len(bootstrap._code_to_timestamp_pyc(code))

def sample(archive, python, take, seed):
    fit = [item for item in python if 0 < item.file_size <= LONGEST]
    if not fit or not take:
        return None
    whole = take >= len(fit)
    chosen = fit if whole else random.Random(seed).choices(fit, [item.file_size for item in fit], k=take)
    sizes = {}
    for item in chosen:
        if item.filename not in sizes:
            try:
                sizes[item.filename] = compiled(archive, item)
            except (SyntaxError, ValueError, RecursionError, UnicodeDecodeError):
                sizes[item.filename] = 0
    if whole:
        return sum(sizes.values()) / sum(item.file_size for item in fit)
    return sum(sizes[item.filename] / item.file_size for item in chosen) / len(chosen)

def examine(wanted):
    url = wanted["url"]
    for last in (False, True):
        try:
            with open_wheel(url) as source, zipfile.ZipFile(source) as archive:
                python, counts = count(archive, source)
                return {"url": url, "counts": counts, "ratio": sample(archive, python, wanted["take"], url)}
        except Exception as error:
            if last:
                return {"url": url, "error": str(error)}

with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
    for result in pool.map(examine, json.load(sys.stdin)):
        print(json.dumps(result), flush=True)
        print(".", file=sys.stderr, flush=True)
`;
