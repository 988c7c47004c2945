import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { type Sandbox, sandbox, until } from '../sandbox.ts';

const root = path.join(import.meta.dirname, '..', '..');

/** What a person sees who has just cloned pier, with an empty HOME, and only Node, npm and Python on PATH. */
export interface FreshClone extends AsyncDisposable {
  readonly box: Sandbox;
  readonly directory: string;
  /** Starts `./pier …` in the foreground. */
  readonly start: (...args: string[]) => Foreground;
}

export interface Foreground {
  readonly output: () => string;
  readonly process: ChildProcess;
  /** Resolves with the exit status. */
  readonly ended: Promise<number | null>;
  /** Waits for text in what it prints. */
  readonly prints: (pattern: RegExp, timeoutMs: number) => Promise<string>;
}

export async function freshClone(): Promise<FreshClone> {
  const box = await sandbox();
  const directory = path.join(box.directory, 'pier');
  await mkdir(directory);
  // The tree as it stands, without what git ignores: what a clone has, before it is committed too.
  const copy = 'git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$1"';
  execFileSync('sh', ['-c', copy, '-', directory], { cwd: root, stdio: 'pipe' });
  const bin = path.join(box.directory, 'bin');
  await mkdir(bin);
  await symlink(process.execPath, path.join(bin, 'node'));
  await symlink(answer('sh', '-c', 'realpath "$(command -v npm)"'), path.join(bin, 'npm'));
  await symlink(answer('python3', '-c', 'import sys; print(sys.executable)'), path.join(bin, 'python3'));
  const env = { ...box.env, PATH: `${bin}:/usr/bin:/bin` };
  return {
    box: { ...box, env },
    directory,
    start: (...args) => foreground(spawn('./pier', args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] })),
    [Symbol.asyncDispose]: async () => {
      const pier = path.join(directory, 'pier');
      for (const args of [
        ['session', 'stop', '--all'],
        ['portal', '--stop'],
      ]) {
        try {
          execFileSync(pier, args, { env, stdio: 'pipe' });
        } catch {
          // it was not even built
        }
      }
      await box[Symbol.asyncDispose]();
    },
  };
}

function answer(file: string, ...args: string[]): string {
  return execFileSync(file, args, { encoding: 'utf8' }).trim();
}

function foreground(child: ChildProcess): Foreground {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return {
    output: () => output,
    process: child,
    ended,
    prints: async (pattern, timeoutMs) => {
      const found = await until(() => {
        if (child.exitCode !== null && !pattern.test(output)) throw new Error(`it ended: ${output}`);
        return pattern.exec(output)?.[0];
      }, timeoutMs);
      return found;
    },
  };
}
