import type { Leaf } from './site.ts';

type Origin = Pick<Leaf, 'source' | 'checked' | 'profile'>;

/** A profile as read from a file or from JSON: each leaf plain or `{value, source, checked}`. */
export type Written = Readonly<Record<string, unknown>>;

/** A profile with the origin beside each leaf. A list of objects has items; any other list is one leaf. */
export type Tree =
  | { readonly members: Readonly<Record<string, Tree>> }
  | { readonly items: readonly Tree[] }
  | { readonly value: unknown; readonly origin: Origin };

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether this is `{value, source, checked}`. No section of a profile has a key `value`. */
export function isSourced(value: unknown): value is { value: unknown; source?: unknown; checked?: unknown } {
  return isObject(value) && Object.hasOwn(value, 'value');
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** Gives each leaf its origin; what is inside a sourced value has its source, unless it names its own. */
export function treeOf(written: unknown, origin: Origin): Tree {
  if (isSourced(written)) {
    const { value, source, checked } = written;
    return treeOf(value, { ...origin, source: textOrNull(source), checked: textOrNull(checked) });
  }
  if (isObject(written)) {
    return { members: Object.fromEntries(Object.entries(written).map(([key, value]) => [key, treeOf(value, origin)])) };
  }
  if (Array.isArray(written) && written.some(isObject)) return { items: written.map((item) => treeOf(item, origin)) };
  return { value: written, origin };
}

/** What the profile says, and for the rest what the one it inherits says. Objects are joined; lists are not. */
export function inherit(own: Tree, parent: Tree): Tree {
  if (!('members' in own) || !('members' in parent)) return own;
  const members = { ...parent.members };
  for (const [key, value] of Object.entries(own.members)) {
    const below = Object.hasOwn(members, key) ? members[key] : undefined;
    members[key] = below ? inherit(value, below) : value;
  }
  return { members };
}

/** The values without their origins. */
export function plainOf(tree: Tree): unknown {
  if ('members' in tree) {
    return Object.fromEntries(Object.entries(tree.members).map(([key, value]) => [key, plainOf(value)]));
  }
  return 'items' in tree ? tree.items.map(plainOf) : tree.value;
}

/** Every leaf, in the order of the profile. */
export function leavesOf(tree: Tree, path: readonly string[] = []): Leaf[] {
  if ('members' in tree) {
    return Object.entries(tree.members).flatMap(([key, value]) => leavesOf(value, [...path, key]));
  }
  if ('items' in tree) return tree.items.flatMap((item, index) => leavesOf(item, [...path, String(index)]));
  return [{ path: path.join('.'), value: tree.value, ...tree.origin }];
}
