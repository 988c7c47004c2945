import * as z from 'zod';
import { fileSchema, headerSchema, leafSchema } from './schema.ts';

type Json = Record<string, unknown>;

/** The JSON Schema of a profile's file, draft 2020-12. */
export function jsonSchema(): Json {
  const schema = z.toJSONSchema(fileSchema, { io: 'input' }) as Json;
  // No section is called source or checked.
  const { source, checked } = (z.toJSONSchema(leafSchema, { io: 'input' }) as Json).properties as Record<string, Json>;
  const definitions: Record<string, Json> = { source: source ?? {}, checked: checked ?? {} };
  const properties = schema.properties as Record<string, Json>;
  const header = Object.keys(headerSchema.shape);
  for (const [key, value] of Object.entries(properties)) {
    if (!header.includes(key)) properties[key] = sourced(value, key, definitions);
  }
  return { ...schema, title: 'pier site profile', $defs: definitions };
}

/** Lets a value be written as `{value, source, checked}`, and every value inside it too. */
function sourced(schema: Json, name: string, definitions: Record<string, Json>): Json {
  definitions[name] = withInner(schema, name, definitions);
  const reference = { $ref: `#/$defs/${name}` };
  return {
    anyOf: [
      reference,
      {
        type: 'object',
        properties: { value: reference, source: { $ref: '#/$defs/source' }, checked: { $ref: '#/$defs/checked' } },
        required: ['value'],
        additionalProperties: false,
      },
    ],
  };
}

function withInner(schema: Json, name: string, definitions: Record<string, Json>): Json {
  const inner = (value: unknown, step: string) => sourced(value as Json, `${name}.${step}`, definitions);
  const changed = { ...schema };
  if (schema.properties) {
    const entries = Object.entries(schema.properties as Json);
    changed.properties = Object.fromEntries(entries.map(([key, value]) => [key, inner(value, key)]));
  }
  // A list of plain values is one leaf; the entries of a list of objects, and of a map, have leaves of their own.
  if (typeof schema.additionalProperties === 'object')
    changed.additionalProperties = inner(schema.additionalProperties, 'NAME');
  if ((schema.items as Json | undefined)?.type === 'object') changed.items = inner(schema.items, 'ITEM');
  return changed;
}
