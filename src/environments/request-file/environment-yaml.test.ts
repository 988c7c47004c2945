import { expect, test } from 'vitest';
import { readEnvironmentYaml } from './environment-yaml.ts';

const file = '/project/ada/environment.yml';

async function read(text: string) {
  return await readEnvironmentYaml(file, text);
}

test('packages, channels, variables and pip’s part are read, each with its line', async () => {
  const found = await read(`name: sea
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python=3.12
  - numpy>=2   # for arrays
  - pip
  - pip:
      - six>=1.16
      - -r more.txt
      - -e ./thesis
variables:
  DATA: /project/data
  DEPTH: 12
prefix: /home/bob/envs/sea
`);
  expect(found).toMatchObject({
    name: { text: 'sea', place: `${file}:1` },
    channels: ['conda-forge', 'nodefaults'],
    specs: ['python=3.12', 'numpy>=2', 'pip'],
    pip: ['six>=1.16', '-r /project/ada/more.txt', '-e /project/ada/thesis'],
    variables: { DATA: '/project/data', DEPTH: '12' },
  });
  expect(found.places.get('numpy>=2')).toBe(`${file}:7`);
  expect(found.places.get('six>=1.16')).toBe(`${file}:10`);
  expect(found.remarks).toEqual([expect.stringContaining(`${file}:16: the prefix is where it was exported from`)]);
});

test.each([
  ['dependencies: [numpy\nname: x\n', 2, 'this is not YAML'],
  ['- numpy\n', 1, 'there is no environment in it'],
  ['', 1, 'there is no environment in it'],
  ['name: x\ndependancies:\n  - numpy\n', 2, '"dependancies" is no key'],
  ['name: x\nchannels: [conda-forge]\n', 1, 'dependencies is to be a list'],
  ['name: x\ndependencies: numpy\n', 2, 'dependencies is to be a list'],
  ['dependencies:\n  - numpy\n  - 3\n', 3, 'a dependency is the text of a package'],
  ['dependencies:\n  - numpy\n  - npm: [x]\n', 3, 'a dependency is the text of a package'],
  ['dependencies:\n  - pip:\n    - [six]\n', 3, 'what pip is to install is a text'],
  ['dependencies:\n  - python=3.11\n  - numpy\n  - conda-forge::python=3.12\n', 4, 'is a second Python'],
  ['dependencies: [numpy]\nprefix: /project/a:b/envs/x\n', 2, 'PATH has ":" between its entries'],
  ['channels: conda-forge\ndependencies: [numpy]\n', 1, 'channels is to be a list'],
  ['dependencies: [numpy]\nvariables:\n  "A B": 1\n', 3, 'cannot be a variable'],
])('%j is refused at its line', async (text, line, why) => {
  const wrong = read(text);
  await expect(wrong).rejects.toMatchObject({
    code: 'file-invalid',
    message: expect.stringMatching(new RegExp(`^${file}:${line}: .*${why.replace(/[.*+?()[\]]/g, '\\$&')}`)),
    hint: expect.any(String),
  });
});

test('keys that only other programs know are left alone', async () => {
  expect((await read('platforms: [linux-64]\ncategory: main\ndependencies: [numpy]\n')).specs).toEqual(['numpy']);
});
