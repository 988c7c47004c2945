import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { quote } from '../../src/shell/index.ts';
import { until } from '../sandbox.ts';

/** A real terminal of 80 by 40, in tmux, with one program in it. */
export interface Terminal extends Disposable {
  /** What is on the screen now, and what scrolled off it. */
  readonly screen: () => string;
  readonly type: (...keys: string[]) => void;
  /** Waits until the screen shows it. */
  readonly shows: (pattern: RegExp, timeoutMs?: number) => Promise<void>;
}

export function terminal(command: readonly string[], env: Readonly<Record<string, string>>, cwd: string): Terminal {
  // A server of its own, so that no tmux of anybody else is touched; it ends with its only session.
  const tmux = (...args: string[]) =>
    execFileSync('tmux', ['-L', server, '-f', '/dev/null', ...args], { env, encoding: 'utf8', stdio: 'pipe' });
  const server = `pier-${randomUUID()}`;
  // Ctrl+C reaches the shell too, which has to outlive it to say the status.
  const line = `trap : INT; ${command.map(quote).join(' ')}; echo "status $?"; exec cat`;
  tmux('new-session', '-d', '-s', 'test', '-x', '80', '-y', '40', '-c', cwd, 'sh', '-c', line);
  const screen = () => tmux('capture-pane', '-p', '-t', 'test', '-S', '-200');
  return {
    screen,
    type: (...keys) => void tmux('send-keys', '-t', 'test', ...keys),
    shows: async (pattern, timeoutMs = 60_000) => {
      await until(() => pattern.test(screen()), timeoutMs).catch((cause) => {
        throw new Error(`the screen does not show ${pattern}:\n${screen()}`, { cause });
      });
    },
    [Symbol.dispose]: () => void tmux('kill-server'),
  };
}
