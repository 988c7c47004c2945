import { expect, test } from 'vitest';
import { parseLock } from './lock.ts';
import { holdToSums } from './sums.ts';

// As uv 0.13.9 writes it, shortened.
const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];
const six = `lock-version = "1.0"

[[packages]]
name = "idna"
version = "3.10"
wheels = [{ url = "https://x/idna-3.10-py3-none-any.whl", hashes = { sha256 = "${c}" } }]

[[packages]]
name = "six"
version = "1.17.0"
sdist = { url = "https://x/six-1.17.0.tar.gz", size = 1, hashes = { sha256 = "${b}" } }
wheels = [
    { url = "https://x/six-1.17.0-cp312-cp312-linux_x86_64.whl", hashes = { sha256 = "${a}" } },
    { url = "https://x/six-1.17.0-py3-none-any.whl", hashes = { sha256 = "${c}" } },
]
`;

const asked = (version: string | null, ...sums: string[]) => [
  { name: 'six', version, sums: sums.map((sum) => `sha256:${sum}`), place: 'requirements.txt:3' },
];

function sixOf(text: string) {
  const [idna, item] = parseLock(text, '3.12.1', '/').packages;
  expect(idna?.requirement).toBe(`idna==3.10 --hash=sha256:${c}`);
  return item;
}

test('only files with a sum that was asked for stay, and are what is installed', () => {
  expect(sixOf(holdToSums(six, asked('1.17.0', c)))).toMatchObject({
    requirement: `six==1.17.0 --hash=sha256:${c}`,
    wheel: { url: 'https://x/six-1.17.0-py3-none-any.whl' },
    source: null,
  });
  expect(sixOf(holdToSums(six, asked(null, b)))).toMatchObject({
    requirement: `six==1.17.0 --hash=sha256:${b}`,
    wheel: null,
  });
  expect(holdToSums(six, asked('1.17.0', a, b, c))).toBe(six);
  const one = [{ name: 'idna', version: null, sums: [`sha256:${c}`], place: null }];
  expect(holdToSums(six, one)).toBe(six);
});

test('the sums of another version count where there are none of this one, and not beside them', () => {
  expect(() => holdToSums(six, asked('1.16.0', 'd'.repeat(64)))).toThrow('no file of six 1.17.0');
  expect(sixOf(holdToSums(six, [...asked('1.16.0', a), ...asked('1.17.0', c)]))?.requirement).not.toContain(a);
});

test('where no file has the sum, the package, what was asked for and what was found are named', () => {
  expect(() => holdToSums(six, asked('1.17.0', '0'.repeat(64)))).toThrow(
    expect.objectContaining({
      code: 'sums-differ',
      message: expect.stringMatching(
        new RegExp(`^requirements.txt:3: no file of six 1.17.0 .*\n.*sha256:${'0'.repeat(64)}\n.*sha256:${b}`),
      ),
    }),
  );
});

test('a Git repository or a directory has no sum, so one that is asked for is not met', () => {
  for (const place of [
    'vcs = { type = "git", url = "https://x/c.git", commit-id = "f6b3ba" }',
    'directory = { path = "d" }',
  ]) {
    const text = `lock-version = "1.0"\n\n[[packages]]\nname = "six"\n${place}\n`;
    expect(() => holdToSums(text, asked(null, a))).toThrow('no file of six');
    expect(holdToSums(text, [])).toBe(text);
  }
});
