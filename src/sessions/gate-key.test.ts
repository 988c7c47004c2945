import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Sandbox, sandbox } from '../../test/sandbox.ts';
import { makeGateKey, readGateKey, removeGateKey } from './gate-key.ts';

let box: Sandbox;
let file: string;
beforeEach(async () => {
  box = await sandbox();
  file = path.join(box.directory, 'gate.key');
});
afterEach(() => box[Symbol.asyncDispose]());

test('a run takes its own key away with it, and never the one of a run that has taken its place', async () => {
  const before = await makeGateKey(file);
  const now = await makeGateKey(file);
  await removeGateKey(file, before);
  expect(await readGateKey(file)).toEqual(now);
  await removeGateKey(file, now);
  expect(existsSync(file)).toBe(false);
  await removeGateKey(file, now);
});
