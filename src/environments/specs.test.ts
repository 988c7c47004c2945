import { expect, test } from 'vitest';
import { refuseBreaks, refuseOptions } from './specs.ts';

test.each(['--index-url=http://x.org', '-r/etc/shadow', ' -e.', 'six\n-r a.txt', 'six\u2028-r a.txt', 'six\u0000'])(
  '%j is no package, whether it is made or explained',
  (word) => {
    const refusal = expect.objectContaining({
      code: 'spec-invalid',
      message: expect.stringContaining('is no package'),
    });
    expect(() => refuseOptions(['six', word])).toThrow(refusal);
  },
);

test('requirements of every kind are packages', () => {
  const fine = ['numpy>=2,<3', 'a[b] ; os_name == "posix"', './thesis', 'c @ https://x.org/c-1.whl', 'r-base=4.3'];
  expect(() => refuseOptions(fine)).not.toThrow();
  expect(() => refuseBreaks(['-e ./thesis'])).not.toThrow();
});
