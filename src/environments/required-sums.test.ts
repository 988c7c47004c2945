import { expect, test } from 'vitest';
import { requiredSums, withoutSums } from './required-sums.ts';

const a = 'a'.repeat(64);

test.each([
  [`six==1.17.0 --hash=sha256:${a}`, '1.17.0', 'six'],
  [`Six_Ty [x] === 1.0 ; python_version > "3" --hash sha256:${a.toUpperCase()}`, '1.0', 'six-ty'],
  [`six>=1 --hash = sha256:${a}`, null, 'six'],
  [`six==1.* --hash=sha256:${a}`, null, 'six'],
  [`six @ https://x.org/six.whl --hash=sha256:${a}`, null, 'six'],
])('%s asks for a sum', (line, version, name) => {
  expect(requiredSums(line, 'r.txt:1')).toEqual([{ name, version, sums: [`sha256:${a}`], place: 'r.txt:1' }]);
  expect(withoutSums(line)).not.toContain('--hash');
});

test('a line without sums asks for none', () => {
  expect(requiredSums('six==1.17.0 ; python_version > "3"', null)).toEqual([]);
});

test.each([
  ['six --hash=sha256:00', 'is no sum'],
  ['six --hash', 'is no sum'],
  [`six --hash=crc:${a}`, 'is no sum'],
  [`https://x.org/six.whl --hash=sha256:${a}`, 'without a name'],
  [`-e ./six --hash=sha256:${a}`, 'without a name'],
])('%s is refused, since it would be ignored', (line, why) => {
  expect(() => requiredSums(line, 'r.txt:3')).toThrow(
    expect.objectContaining({ code: 'spec-invalid', message: expect.stringMatching(`^r\\.txt:3: .*${why}`) }),
  );
});
