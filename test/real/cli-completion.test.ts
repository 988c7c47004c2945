import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltPier, buildPier } from '../../src/cli/build-for-tests.ts';
import { shims } from '../../src/cli/completion-shims.ts';
import { run, which } from '../../src/process/index.ts';

// Real shells on a real pseudo-terminal, and a real Tab.
let pier: BuiltPier;

beforeAll(async () => {
  pier = await buildPier();
});
afterAll(async () => {
  await pier[Symbol.asyncDispose]();
});

interface Pressed {
  /** What the shell showed. */
  readonly shown: string;
  /** Whether something of the line was run. */
  readonly ran: boolean;
}

/** Types a line and two Tabs in a fresh home; reads until `awaited` is shown, or for a while. */
async function pressTab(
  shell: string,
  line: string,
  options: { awaited?: string; shim?: string; directory?: string } = {},
): Promise<Pressed> {
  const home = await mkdtemp(path.join(tmpdir(), 'pier-home-'));
  try {
    await mkdir(path.join(home, 'somewhere'));
    await writeFile(path.join(home, 'profile.yaml'), '');
    const shim = path.join(home, 'shim');
    await writeFile(shim, options.shim ?? shims[shell] ?? '');
    const driver = path.join(import.meta.dirname, 'cli-press-tab.py');
    const { stdout, stderr } = await run('python3', [driver, shell, shim, line, options.awaited ?? ''], {
      env: { PATH: `${options.directory ?? pier.bin}:${process.env.PATH}`, HOME: home, TERM: 'dumb' },
      cwd: home,
      timeoutMs: 60_000,
    });
    expect(stderr).toBe('');
    return { shown: stdout, ran: existsSync(path.join(home, 'ran')) };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

for (const shell of Object.keys(shims)) {
  const lacking = (await which(shell)) ? '' : ` (not run: this machine lacks ${shell})`;
  describe.skipIf(lacking !== '')(`${shell}${lacking}`, () => {
    test.each([
      ['pier sess', 'pier session'],
      ['pier env create new --from s', '--from sci'],
      ['pier env create new --from=s', '--from=sci'],
      ['pier site check prof', 'profile.yaml'],
      ['pier lab --dir some', 'somewhere/'],
    ])('%s and Tab become %s', async (line, awaited) => {
      expect((await pressTab(shell, line, { awaited })).shown).toContain(awaited);
    });

    test('where no pier is on PATH, the one that is typed is asked', async () => {
      const line = `${pier.bin}/pier sess`;
      const { shown } = await pressTab(shell, line, { awaited: 'session', directory: '/usr/bin' });
      expect(shown).toContain('session');
    });

    test.each([
      'pier "$(touch ran)"',
      'pier exec -e "$(touch ran)" ',
      'pier exec -e $(touch ran) `touch ran` <(touch ran) --site "$(touch ran)',
    ])('Tab behind %s runs nothing of it', async (line) => {
      expect((await pressTab(shell, line)).ran).toBe(false);
    });
  });
}

test('a shim that evaluates what is typed would be caught', async () => {
  const shim = '_bad() { eval "$COMP_LINE" >/dev/null 2>&1; COMPREPLY=(); }; complete -F _bad pier';
  expect((await pressTab('bash', 'pier "$(touch ran)"', { shim })).ran).toBe(true);
});
