import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readProgramAnswer } from './program-answer.ts';

/** What conda 26.9.0 wrote, byte for byte. */
function recorded(name: string): string {
  const directory = path.join(import.meta.dirname, '..', '..', '..', 'test', 'channel', 'recorded');
  return readFileSync(path.join(directory, name), 'utf8');
}

test('conda’s answer gives the packages it links', () => {
  const answer = readProgramAnswer(recorded('create.json'), '');
  expect(answer).toMatchObject({
    actions: { fetch: [], link: [{ name: 'python' }, { name: 'hello' }, { name: 'pip' }] },
  });
});

test('an answer is found between warnings, progress and braces that are none', () => {
  const noise = 'WARNING: something\n{not json\n{"fetch":"numpy 2","finished":false,"progress":0.5}\n\0\n';
  const answer = readProgramAnswer(`${noise}${recorded('create.json')}\nTransaction finished {really}\n`, '');
  expect(answer).toMatchObject({ actions: { link: [{}, { version: '1.0', platform: 'linux-64' }, {}] } });
});

test('conda’s own name for what went wrong stays in the message', () => {
  const answer = readProgramAnswer(recorded('create-nopkg.json'), '');
  expect(answer).toMatchObject({
    refusal: {
      kind: 'unsolvable',
      message: expect.stringMatching(/^PackagesNotFoundInChannelsError: .*\n\n {2}- nosuchpkg/s),
    },
  });
});

test('mamba’s refusal, which says only that there are problems, is unsolvable', () => {
  const said = '{\n  "solver_problems": [\n    "nothing provides requested driftwood"\n  ],\n  "success": false\n}\n';
  const stderr = 'critical libmamba Could not solve for environment specs\n';
  expect(readProgramAnswer(said, stderr)).toEqual({
    refusal: { kind: 'unsolvable', message: 'nothing provides requested driftwood' },
  });
});

test.each([
  ['NoSpaceLeftError', 'No space left on devices.', 'space'],
  ['CondaError', '[Errno 122] Disk quota exceeded', 'space'],
  ['CondaHTTPError', 'HTTP 000 CONNECTION FAILED for url <http://x/>', 'offline'],
  ['UnavailableInvalidChannel', 'HTTP 404 NOT FOUND for channel x', 'missing'],
  ['NoWritablePkgsDirError', 'No writeable pkgs directories configured.', 'permission'],
  ['ChecksumMismatchError', 'Conda detected a mismatch', 'damaged'],
  ['UnsatisfiableError', 'The following specifications conflict', 'unsolvable'],
  ['AssertionError', 'it is broken', 'other'],
])('%s is of a known kind', (exception_name, message, kind) => {
  const said = JSON.stringify({ error: message, exception_name, message }, null, 2);
  expect(readProgramAnswer(said, '')).toEqual({ refusal: { kind, message: `${exception_name}: ${message}` } });
});

test('a match spec that is none is named', () => {
  const message = "Invalid spec 'numpy>>2': Invalid version '>2': invalid character(s)";
  const said = JSON.stringify({ error: message, exception_name: 'InvalidMatchSpec', message });
  expect(readProgramAnswer(said, '')).toMatchObject({ refusal: { kind: 'spec', spec: 'numpy>>2' } });
});

test('what is no answer is none', () => {
  for (const stdout of ['', 'Killed\n', '{', '[1]', '{"fetch": "x"}', '{"success": true, "actions": {"LINK": [{}]}}']) {
    expect(readProgramAnswer(stdout, 'words'), stdout).toBeUndefined();
  }
});
