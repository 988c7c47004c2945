import { PierError } from '../../files/index.ts';

/** The name of the package that a match spec is about: `conda-forge::numpy>=2` is `numpy`. */
export function specName(spec: string): string {
  return (/^(?:[^\s]*::)?\s*([\w.-]+)/.exec(spec.trim())?.[1] ?? '').toLowerCase();
}

/**
 * A requirement as in PEP 508, such as `dask[complete]>=2`, as a match spec. What is one already stays what it is.
 *
 * Extras are left out: conda has them in packages of their own. Throws `spec-invalid` for what conda cannot say.
 */
export function matchSpec(requirement: string): string {
  const text = requirement.trim();
  if (/\s@\s|^[./~]|^git\+/.test(text)) throw invalid(text, 'conda installs packages by name only');
  if (/;/.test(text)) throw invalid(text, 'conda knows no conditions after “;”');
  return text
    .replace(/^([\w.-]+)\[(?!\w+\s*=)[^\]]*\]/, '$1')
    .replace(/===/, '==')
    .trim();
}

function invalid(spec: string, why: string): PierError {
  return new PierError('spec-invalid', `${JSON.stringify(spec)} cannot be asked of conda: ${why}.`, {
    hint: 'After it is made: pier env install NAME --pip PACKAGE\nOr have uv make all of it: --backend uv',
  });
}

/** The match spec for a Python: `3.12` is `python 3.12.*`, in conda's words `python=3.12`. */
export function pythonSpec(version: string): string {
  return /^\d+(\.\d+)*$/.test(version) ? `python=${version}` : `python${version}`;
}
