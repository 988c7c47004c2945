import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Sandbox, sandbox } from '../../../test/sandbox.ts';
import { readRemembered, remember } from './remembered.ts';

let box: Sandbox;
let file: string;

beforeEach(async () => {
  box = await sandbox();
  vi.stubEnv('XDG_STATE_HOME', box.directory);
  file = path.join(box.directory, 'pier', 'remembered', 'midway3.json');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await box[Symbol.asyncDispose]();
});

test('what was typed is known the next time, at that site only, and to nobody else', async () => {
  await remember('midway3', { time: '4h', account: 'pi-ada' });
  expect(await readRemembered('midway3')).toEqual({ time: '4h', account: 'pi-ada' });
  expect(await readRemembered('midway2')).toEqual({});
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('a record that is damaged, foreign or has more in it is forgotten as far as it is wrong', async () => {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, '{"time": 4, "mem": "8G", "other": "x", "qos": null}', { mode: 0o600 });
  expect(await readRemembered('midway3')).toEqual({ mem: '8G' });
  await writeFile(file, '{"mem": ');
  expect(await readRemembered('midway3')).toEqual({});
  await writeFile(file, '{"mem": "8G"}');
  await chmod(file, 0o666);
  expect(await readRemembered('midway3')).toEqual({});
  await remember('midway3', { mem: '4G' });
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ mem: '4G' });
});
