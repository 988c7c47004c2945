import { expect, test } from 'vitest';
import type { Site } from '../site/index.ts';
import { chooseBackEnd } from './choose-back-end.ts';
import { siteAt } from './hand-made.ts';

const site = siteAt('/envs');
const noCompiler = async () => undefined;

/** A site whose compiler is too old, as Midway2's is. */
const old = {
  ...site,
  profile: { ...site.profile, python: { compiled_packages: { gcc: '9.3', prefer: 'conda' } } },
} as unknown as Site;

async function chosen(specs: string[], at = site, compiler: () => Promise<string | undefined> = noCompiler) {
  return (await chooseBackEnd(at, { channels: [], specs }, compiler)).backEnd;
}

test('uv makes what can be had from a package index', async () => {
  expect(await chosen(['numpy>=2', 'jupyterlab', 'xarray==2024.1', 'dask[complete]~=2024.1'])).toBe('uv');
  expect(await chosen([])).toBe('uv');
});

test.each(['conda-forge::numpy', 'numpy=1.26', 'python=3.12', 'numpy 1.26.4', 'numpy=1.26=py312_0'])(
  '%s is conda’s way of writing',
  async (spec) => {
    expect(await chosen(['six', spec])).toBe('conda');
  },
);

test.each(['r-base', 'gdal', 'samtools', 'openmpi', 'R-ggplot2'])('only conda has %s', async (spec) => {
  const { backEnd, reason } = await chooseBackEnd(site, { channels: [], specs: [spec] }, noCompiler);
  expect(backEnd).toBe('conda');
  expect(reason).toContain(spec.toLowerCase());
});

test('what a person says goes before everything else, and a channel is asking for conda', async () => {
  const asked = { channels: ['bioconda'], specs: ['numpy'] };
  expect((await chooseBackEnd(site, asked, noCompiler)).backEnd).toBe('conda');
  expect((await chooseBackEnd(old, { ...asked, backEnd: 'uv' }, noCompiler)).backEnd).toBe('uv');
});

test('with an old compiler packages come from conda, unless a module brings a newer one', async () => {
  expect(await chosen(['numpy'], old)).toBe('conda');
  expect(await chosen(['numpy'], old, async () => '4.8.5')).toBe('conda');
  expect(await chosen(['numpy'], old, async () => '12.2.0')).toBe('uv');
  expect(await chosen([], old)).toBe('uv');
});
