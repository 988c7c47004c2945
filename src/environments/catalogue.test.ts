import { expect, test } from 'vitest';
import { listCatalogue, loadCatalogue } from './catalogue.ts';
import { requirementName } from './distributions.ts';

test('every list has a summary of one line and requirements by name', async () => {
  for (const { name, summary, specs } of await listCatalogue()) {
    expect(summary, name).toMatch(/^.{10,72}$/);
    expect(specs.map(requirementName), name).toEqual(expect.arrayContaining([expect.stringMatching(/./)]));
  }
});

test('sci has what pier lab, pier notebook and a live figure need', async () => {
  const { specs } = await loadCatalogue('sci');
  expect(specs).toEqual(expect.arrayContaining(['jupyterlab', 'notebook', 'ipympl', 'numpy']));
});

test('a list that is not there is refused with those that are', async () => {
  await expect(loadCatalogue('../sites/local')).rejects.toMatchObject({
    code: 'catalogue-unknown',
    hint: 'pier catalogue list',
  });
  await expect(loadCatalogue('science')).rejects.toThrow('it has sci.');
});
