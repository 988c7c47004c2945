import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { profileJsonSchema } from './check.ts';
import { shippedNames } from './shipped.ts';

type Json = Record<string, unknown>;

const root = path.join(import.meta.dirname, '..', '..');
const schema = await profileJsonSchema();

/** Enough of JSON Schema for what zod makes of ours. A keyword that is not looked at makes it throw. */
function accepts(rule: Json, value: unknown): boolean {
  return Object.entries(rule).every(([keyword, given]) => check(keyword, given, value, rule));
}

function check(keyword: string, given: unknown, value: unknown, rule: Json): boolean {
  const properties = (rule.properties ?? {}) as Record<string, Json>;
  const members = isMap(value) ? Object.entries(value) : [];
  switch (keyword) {
    case '$schema':
    case '$defs':
    case 'title':
    case 'description':
    case 'prefixItems':
      return true;
    case '$ref':
      return accepts((schema.$defs as Record<string, Json>)[String(given).replace('#/$defs/', '')] as Json, value);
    case 'anyOf':
      return (given as Json[]).some((one) => accepts(one, value));
    case 'type':
      return [given].flat().some((type) => isOfType(String(type), value));
    case 'enum':
      return (given as unknown[]).includes(value);
    case 'const':
      return given === value;
    case 'pattern':
      return typeof value !== 'string' || new RegExp(String(given), 'u').test(value);
    case 'minimum':
      return typeof value !== 'number' || value >= Number(given);
    case 'maximum':
      return typeof value !== 'number' || value <= Number(given);
    case 'required':
      return !isMap(value) || (given as string[]).every((key) => Object.hasOwn(value, key));
    case 'properties':
      return members.every(([key, member]) => !properties[key] || accepts(properties[key], member));
    case 'propertyNames':
      return members.every(([key]) => accepts(given as Json, key));
    case 'additionalProperties':
      return members.every(([key, member]) => key in properties || (given !== false && accepts(given as Json, member)));
    case 'items': {
      const first = ((rule.prefixItems ?? []) as Json[]).length;
      return (
        !Array.isArray(value) || value.slice(first).every((item) => given !== false && accepts(given as Json, item))
      );
    }
    case 'minItems':
      return !Array.isArray(value) || value.length >= Number(given);
    case 'maxItems':
      return !Array.isArray(value) || value.length <= Number(given);
    default:
      throw new Error(`not looked at: ${keyword}`);
  }
}

function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOfType(type: string, value: unknown): boolean {
  if (type === 'object') return isMap(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'null') return value === null;
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

const header = { schema: 1, id: 'lab', name: 'Lab' };

test('it is of draft 2020-12, and knows every section', () => {
  expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
  expect(Object.keys(schema.properties as Json)).toEqual(
    expect.arrayContaining(['id', 'inherits', 'storage', 'slurm', 'jupyter', 'policies', 'unknown']),
  );
  expect(schema.required).toEqual(['schema', 'id', 'name']);
});

test.each(shippedNames())('it accepts the shipped profile %s', async (name) => {
  const written = parse(await readFile(path.join(root, 'sites', `${name}.yaml`), 'utf8'));
  expect(accepts(schema, written)).toBe(true);
});

test('it accepts a leaf plain, with its source, and inside a section with one', () => {
  for (const jupyter of [
    { ready_timeout: 60 },
    { ready_timeout: { value: 60, source: 'guide', checked: '2026-02-12' } },
    { value: { ready_timeout: { value: 60 } }, source: 'guide' },
  ]) {
    expect(accepts(schema, { ...header, jupyter })).toBe(true);
  }
});

test('it refuses what pier refuses', () => {
  for (const wrong of [
    { jupyter: { redy_timeout: 60 } },
    { jupyter: { ready_timeout: 0 } },
    { jupyter: { ready_timeout: { value: 'soon' } } },
    { jupyter: { ready_timeout: { value: 60, sorce: 'guide' } } },
    { storage: { home: { path: 'relative' } } },
    { scheduler: 'pbs' },
    { id: 'not a name' },
  ]) {
    expect(accepts(schema, { ...header, ...wrong })).toBe(false);
  }
  expect(accepts(schema, { schema: 1 })).toBe(false);
});

/** `key` and description of every leaf, as the tables in the documentation have them. */
function documented(key: string, given: Json): string[] {
  const first = (given.anyOf as Json[] | undefined)?.[0]?.$ref;
  const rule = first ? ((schema.$defs as Record<string, Json>)[String(first).replace('#/$defs/', '')] as Json) : given;
  const own = rule.description === undefined ? [] : [`| \`${key}\` | ${rule.description} |`];
  const inner = Object.entries((rule.properties ?? {}) as Record<string, Json>);
  if (isMap(rule.additionalProperties)) inner.push(['NAME', rule.additionalProperties]);
  if (isMap(rule.items)) inner.push(['N', rule.items]);
  return [...own, ...inner.flatMap(([step, value]) => documented(key === '' ? step : `${key}.${step}`, value))];
}

test('docs/site-profile.md has a line for every leaf, and for nothing else', async () => {
  const page = await readFile(path.join(root, 'docs', 'site-profile.md'), 'utf8');
  const rows = page.split('\n').flatMap((line) => /^\| `[^|]*` \| [^|]* \|/.exec(line)?.[0] ?? []);
  expect(rows.sort()).toEqual(documented('', schema).sort());
});
