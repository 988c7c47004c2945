/**
 * Names that a distribution's METADATA says it needs, for this Python and this system (PEP 508); those of its extras
 * left out. `python`: such as `3.12.1`.
 */
export function requirementsOf(metadata: string, python: string): string[] {
  const head = metadata.split(/\r?\n\r?\n/, 1)[0] ?? '';
  const lines = [...head.matchAll(/^Requires-Dist:\s*([A-Za-z0-9][\w.-]*)([^;\r\n]*)(?:;([^\r\n]*))?$/gm)];
  const needed = lines.filter(([, , , marker]) => marker === undefined || holds(marker, python));
  return [...new Set(needed.map(([, name = '']) => name.toLowerCase().replace(/[-_.]+/g, '-')))];
}

type Environment = Readonly<Record<string, string>>;

function environmentOf(python: string): Environment {
  const linux = process.platform === 'linux';
  return {
    python_version: python.split('.').slice(0, 2).join('.'),
    python_full_version: python,
    implementation_version: python,
    os_name: 'posix',
    sys_platform: process.platform,
    platform_system: linux ? 'Linux' : 'Darwin',
    platform_machine: process.arch === 'x64' ? 'x86_64' : linux ? 'aarch64' : 'arm64',
    platform_python_implementation: 'CPython',
    implementation_name: 'cpython',
    extra: '',
  };
}

/** Whether a marker holds. One that cannot be read does: to show too much is better than to hide something. */
function holds(marker: string, python: string): boolean {
  const tokens = marker.match(/\(|\)|'[^']*'|"[^"]*"|[<>=!~]=?=?|\w+/g) ?? [];
  const state = { tokens, at: 0, values: environmentOf(python) };
  const answer = either(state);
  return state.at === tokens.length ? answer : true;
}

interface State {
  readonly tokens: readonly string[];
  at: number;
  readonly values: Environment;
}

function either(state: State): boolean {
  let answer = both(state);
  while (state.tokens[state.at] === 'or') {
    state.at++;
    answer = both(state) || answer;
  }
  return answer;
}

function both(state: State): boolean {
  let answer = one(state);
  while (state.tokens[state.at] === 'and') {
    state.at++;
    answer = one(state) && answer;
  }
  return answer;
}

function one(state: State): boolean {
  if (state.tokens[state.at] === '(') {
    state.at++;
    const answer = either(state);
    state.at++;
    return answer;
  }
  const [left, operator, right] = state.tokens.slice(state.at, state.at + 3);
  const negated = operator === 'not';
  const last = negated ? state.tokens[state.at + 3] : right;
  state.at += negated ? 4 : 3;
  return compare(meaningOf(left, state), negated ? 'not in' : (operator ?? ''), meaningOf(last, state), [left, last]);
}

function meaningOf(token: string | undefined, { values }: State): string {
  if (token === undefined) return '';
  return /^['"]/.test(token) ? token.slice(1, -1) : (values[token] ?? '');
}

function compare(left: string, operator: string, right: string, names: readonly (string | undefined)[]): boolean {
  if (operator === 'in') return right.includes(left);
  if (operator === 'not in') return !right.includes(left);
  const order = names.some((name) => name?.includes('version'))
    ? compareVersions(left, right)
    : left < right
      ? -1
      : left > right
        ? 1
        : 0;
  const answers: Record<string, boolean> = {
    '==': order === 0 || (right.endsWith('.*') && left.startsWith(right.slice(0, -1))),
    '===': left === right,
    '!=': order !== 0,
    '<': order < 0,
    '<=': order <= 0,
    '>': order > 0,
    '>=': order >= 0,
    '~=': order >= 0 && left.startsWith(right.split('.').slice(0, -1).join('.')),
  };
  return answers[operator] ?? true;
}

function compareVersions(left: string, right: string): number {
  const [one, two] = [left, right].map((text) => text.split('.').map((part) => Number.parseInt(part, 10) || 0));
  for (let index = 0; index < Math.max(one?.length ?? 0, two?.length ?? 0); index++) {
    const difference = (one?.[index] ?? 0) - (two?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
