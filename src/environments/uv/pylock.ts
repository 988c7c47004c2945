import { PierError, tilde } from '../../files/index.ts';
import { run } from '../../process/index.ts';
import type { Site } from '../../site/index.ts';
import { requirementLines } from '../requirement-lines.ts';
import { uvError } from './errors.ts';
import { neutralDirectory, type Uv, uvVariables } from './program.ts';

/**
 * Reads a lock as in PEP 751, whoever wrote it. stdout: a requirement a line, or `{"line", "message"}` as JSON.
 *
 * Each value is held to its grammar (PEP 508, PEP 440, RFC 3986), since a line break in it would become an option of
 * uv, and a variable's name in braces its value.
 */
export const pylockScript = String.raw`
import json, os, pathlib, re, sys, tomllib

NAME = r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?"
VERSION = (r"v?(?:\d+!)?\d+(?:\.\d+)*(?:[._-]?(?:alpha|a|beta|b|preview|pre|c|rc)[._-]?\d*)?"
           r"(?:-\d+|[._-]?(?:post|rev|r)[._-]?\d*)?(?:[._-]?dev[._-]?\d*)?(?:\+[a-z0-9]+(?:[._-][a-z0-9]+)*)?")
ADDRESS = r"[a-z][a-z0-9+.-]*://[a-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+"
SUMS = {"md5": 32, "sha256": 64, "sha384": 96, "sha512": 128, "blake2b": 128}

def fit(what, shape, value):
    if isinstance(value, str) and re.fullmatch(shape, value, re.I | re.A):
        return value
    raise ValueError("%s is no %s" % (json.dumps(value, default=str)[:200], what))

def marker(package):
    text = fit("marker", r"[^\x00-\x1f\x7f#\\]*", package.get("marker", ""))
    rest = re.sub(r"'[^']*'|\"[^\"]*\"|[A-Za-z_]+|[()<>=!~ ]", "", text)
    return " ; " + text if text and fit("marker", "", rest) == "" else ""

def address(item):
    if "url" in item:
        return fit("address", ADDRESS, item["url"])
    path = fit("path", r"[^\x00-\x1f\x7f]+", item["path"])
    return pathlib.Path(os.path.abspath(os.path.join(os.path.dirname(sys.argv[1]), path))).as_uri()

def inside(item):
    within = item.get("subdirectory")
    return "#subdirectory=" + fit("path", r"[\w.+/-]+", within) if within else ""

def sums(name, files):
    found = set()
    for file in files:
        its = {kind: value for kind, value in file.get("hashes", {}).items() if kind in SUMS}
        if not its:
            raise ValueError("a file of %s has no sum" % name)
        found |= {"%s:%s" % (kind, fit("sum", "[0-9a-f]{%d}" % SUMS[kind], its[kind]).lower()) for kind in its}
    return "".join(" --hash=" + one for one in sorted(found))

def requirement(package):
    name = fit("name of a package", NAME, package["name"])
    if "vcs" in package:
        vcs = package["vcs"]
        where = (fit("kind of repository", "git", vcs["type"]), address(vcs), fit("commit", "[0-9a-f]{7,64}", vcs["commit-id"]))
        return "%s @ %s+%s@%s%s%s" % (name, *where, inside(vcs), marker(package))
    if "directory" in package:
        return "%s @ %s%s%s" % (name, address(package["directory"]), inside(package["directory"]), marker(package))
    if "archive" in package:
        file = package["archive"]
        return "%s @ %s%s%s%s" % (name, address(file), inside(file), marker(package), sums(name, [file]))
    files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
    return "%s==%s%s%s" % (name, fit("version", VERSION, package["version"]), marker(package), sums(name, files))

try:
    with open(sys.argv[1], "rb") as file:
        lock = tomllib.load(file)
    if str(lock.get("lock-version", "")).split(".")[0] != "1":
        raise ValueError("lock-version is not 1 (at line 1")
    print("\n".join(requirement(package) for package in lock.get("packages", [])))
except KeyError as error:
    print(json.dumps({"line": 1, "message": "a package has no %s" % error}))
except (ValueError, TypeError, AttributeError) as error:
    print(json.dumps({"line": int((re.search(r"at line (\d+)", str(error)) or [0, 1])[1]), "message": str(error)}))
`;

/** `uv run --no-project --python '>=3.11' python -I -c SCRIPT FILE`: tomllib is in Python since 3.11. */
export async function pylockLines(site: Site, uv: Uv, file: string): Promise<string[]> {
  const args = ['run', '--quiet', '--no-project', '--isolated', '--python', '>=3.11', 'python', '-I', '-c'];
  const result = await run(uv.file, [...args, pylockScript, file], {
    cwd: neutralDirectory,
    env: uvVariables(site, uv),
    timeoutMs: 120_000,
  });
  if (result.exitCode !== 0) throw uvError(result, `Cannot read ${tilde(file)}`);
  if (!result.stdout.startsWith('{')) return requirementLines(result.stdout).map(({ text }) => text);
  const { line, message } = JSON.parse(result.stdout);
  throw new PierError('file-invalid', `${tilde(file)}:${line}: ${message}.`, {
    hint: 'It is to be a lock as in PEP 751, such as uv export --format pylock.toml writes.',
  });
}
