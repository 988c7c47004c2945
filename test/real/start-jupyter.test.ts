import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { run } from '../../src/process/index.ts';
import { type Person, person } from './pier.ts';

let ada: Person;
let work: string;
beforeEach(async () => {
  ada = await person();
  work = path.join(ada.box.directory, 'work');
  await mkdir(work);
});
afterEach(() => ada[Symbol.asyncDispose]());

const starter = path.join(import.meta.dirname, '..', '..', 'src', 'sessions', 'agent', 'start-jupyter.py');

/** Says whether the parsers of IRIs are there before and after one is checked, and what it thinks of three. */
const probe = `
import json, sys
import jsonschema, jupyter_events
loaded = ["lark" in sys.modules]
check = lambda text: jsonschema.FormatChecker().conforms(text, "iri")
said = [check("http://ä.example/ü"), check("ü"), check("urn:x:ü y")]
loaded.append("lark" in sys.modules)
from rfc3987_syntax import is_valid_syntax_digit
import rfc3987_syntax, rfc3987_syntax.syntax_helpers as helpers
same = rfc3987_syntax.is_valid_syntax is helpers.is_valid_syntax
print(json.dumps({"loaded": loaded, "said": said, "same": same, "name": __name__, "argv": sys.argv}))
`;

test('a file that has the name of one of Python’s modules does not keep Jupyter from serving its directory', async () => {
  await writeFile(path.join(work, 'random.py'), 'raise SystemExit("this was taken for Python’s own")\n');
  const { session } = await ada.json('lab', '-e', inject('sci'), '--dir', work, '--detach', '--no-browser');
  expect(session).toMatchObject({ state: 'ready' });
});

test('a port and a directory in the user’s configuration, which cannot be had with a socket, do not end it', async () => {
  await mkdir(path.join(ada.box.home, '.jupyter'));
  const config =
    "c.ServerApp.port=9999\nc.ServerApp.preferred_dir='/usr'\nc.FileContentsManager.preferred_dir='gone'\n";
  await writeFile(path.join(ada.box.home, '.jupyter', 'jupyter_server_config.py'), config);
  for (const more of [[], ['--direct']]) {
    const { session } = await ada.json('lab', '-e', inject('sci'), '--dir', work, '--detach', '--no-browser', ...more);
    expect(session).toMatchObject({ state: 'ready' });
  }
});

test('what Jupyter writes is for whom the user’s own umask says, and what pier writes for nobody else', async () => {
  const before = process.umask(0o027);
  const started = ada.json('lab', '-e', inject('sci'), '--dir', work, '--detach', '--no-browser');
  process.umask(before);
  const { session } = (await started) as unknown as { session: { id: string } };
  const maskIn = async (file: string, whose: string) => {
    const record = JSON.parse(await readFile(path.join(ada.sessions, session.id, 'attempts', '1', file), 'utf8'));
    return /^Umask:\s*(\d+)$/m.exec(await readFile(`/proc/${record[whose].pid}/status`, 'utf8'))?.[1];
  };
  expect(await maskIn('started.json', 'agent')).toBe('0077');
  expect(await maskIn('endpoint.json', 'jupyter')).toBe('0027');
});

test('what checks IRIs is loaded when one is checked and no sooner, and is the package’s own', async () => {
  await writeFile(path.join(work, 'probe.py'), probe);
  const python = path.join(inject('sci'), 'bin', 'python');
  const env = { ...process.env, PYTHONPATH: work, PYTHONDONTWRITEBYTECODE: '1' };
  const { stdout, stderr } = await run(python, [starter, 'probe', '--some', 'words'], { timeoutMs: 60_000, env });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({
    loaded: [false, true],
    said: [true, false, false],
    same: true,
    name: '__main__',
    argv: [path.join(work, 'probe.py'), '--some', 'words'],
  });
});
