import { type Document, isAlias, isMap, isScalar, isSeq, type Node, visit } from 'yaml';

type Found = Node | null | undefined;

/** Where a value stands in the text, or its key; for what is missing, the nearest thing around it. */
export function offsetOf(document: Document.Parsed, path: readonly PropertyKey[], atKey: boolean): number {
  let node: Found = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [index, key] of path.entries()) {
    const entry = entryOf(document, node, key);
    if (!entry) break;
    node = entry.value;
    const isKeyMeant = atKey && index === path.length - 1;
    offset = (isKeyMeant ? undefined : startOf(withoutSource(node))) ?? startOf(entry.key) ?? offset;
  }
  return offset;
}

function startOf(node: Found): number | undefined {
  return node?.range?.[0];
}

/** One key of a map, or item of a list; through aliases, and through `{value, source, checked}`: no path names them. */
function entryOf(document: Document.Parsed, node: Found, key: PropertyKey): { key?: Found; value: Found } | undefined {
  if (isAlias(node)) return entryOf(document, node.resolve(document), key);
  if (isSeq(node)) return { value: node.items[Number(key)] as Found };
  if (!isMap(node)) return undefined;
  const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
  if (pair) return { key: pair.key as Node, value: pair.value as Found };
  return node.has('value') ? entryOf(document, node.get('value', true) as Found, key) : undefined;
}

function withoutSource(node: Found): Found {
  return isMap(node) && node.has('value') ? withoutSource(node.get('value', true) as Found) : node;
}

/** The keys that lead to a place in the text. */
export function pathAt(document: Document.Parsed, offset: number): string[] {
  const path: string[] = [];
  visit(document, {
    Pair: (_, { key, value }) => {
      const [from, to] = [startOf(key as Found), ((value ?? key) as Found)?.range?.[1]];
      if (from === undefined || to === undefined || offset < from || offset > to) return visit.SKIP;
      path.push(isScalar(key) ? String(key.value) : '');
      return undefined;
    },
  });
  return path.filter((key) => key !== 'value');
}
