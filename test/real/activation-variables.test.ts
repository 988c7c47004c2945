import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { sandbox } from '../sandbox.ts';
import { madeEnvironment, runShell } from './activation-world.ts';

/** What conda keeps, as it keeps it, and what comes of it. */
const plain: readonly (readonly [string, string])[] = [
  ['{"env_vars": {"A": "1"}}', 'A=1'],
  ['{\n  "env_vars": {\n    "A": "",\n    "_b2": " a  b "\n  }\n}\n', 'A=;_b2= a  b '],
  ['{"env_vars": {"A": "$(touch pwned) `touch pwned` * ~ : # é ]"}}', 'A=$(touch pwned) `touch pwned` * ~ : # é ]'],
  ['{"env_vars": {}}', ''],
  ['\t{ "env_vars" :{"A":"{","B":"}}"} }', 'A={;B=}}'],
];

/** What only awk reads. */
const odd: readonly (readonly [string, string])[] = [
  [String.raw`{"env_vars": {"A": "it's \"\u00e9\"\n"}}`, 'A=it\'s "é"\n'],
  ['{"env_vars": {"A": 1, "B": true}}', 'A=1;B=True'],
  ['{"env_vars": {"A": "1", "A": "2"}}', 'A=2'],
  ['{"env_vars": {"A": "***unset***", "PATH": "/nowhere", "B": "1"}}', 'B=1'],
  ['{"version": 1, "env_vars": {"A": "1"}}', 'A=1'],
  ['{"env_vars": {"A": ["1"]}, "B": {"C": "1"}}', ''],
  ['{"env_vars": {"A": "1"}', ''],
  ['{"A": "1"}', ''],
];

for (const shell of ['bash', 'zsh', 'dash']) {
  test(`${shell} sets conda’s variables, whatever is in them, and needs awk only for those that are not plain`, async () => {
    await using box = await sandbox();
    const { environment } = await madeEnvironment(path.join(box.directory, 'envs', 'x'), 'conda');
    const nothing = path.join(box.directory, 'nothing');
    await mkdir(nothing);
    const quiet = { bash: ['--norc'], zsh: ['-f'], dash: [] }[shell] ?? [];
    const script = `. '${environment.prefix}/.pier/activate.sh'
for name in A B _b2; do if eval "[ -n \\"\\\${$name+x}\\" ]"; then eval "value=\\$$name"; printf '%s=%s;' "$name" "$value"; fi; done`;
    const found = async (state: string, PATH: string) => {
      await writeFile(path.join(environment.prefix, 'conda-meta', 'state'), state);
      const command = [`/bin/${shell}`, ...quiet, '-c', script];
      const ran = await runShell(command, { env: { PATH, HOME: box.home, LANG: 'C.UTF-8' }, cwd: box.home });
      return ran.stdout.replace(/;$/, '');
    };
    for (const [state, variables] of plain) expect(await found(state, nothing), state).toBe(variables);
    for (const [state, variables] of odd) expect(await found(state, '/usr/bin:/bin'), state).toBe(variables);
    expect(await found('{"env_vars": {"A": "1"}} "B": "2"', nothing)).toBe('');
  });
}
