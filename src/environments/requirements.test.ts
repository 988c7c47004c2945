import { expect, test } from 'vitest';
import { requirementsOf } from './requirements.ts';

test.each([
  ['Requires-Dist: Jupyter_Server<3,>=2.4.0', ['jupyter-server']],
  ['Requires-Dist: tomli>=1.2.2; python_version < "3.11"', []],
  ["Requires-Dist: tomli; python_version >= '3.9'", ['tomli']],
  ['Requires-Dist: pytest; extra == "test"', []],
  ['Requires-Dist: colorama; sys_platform == "win32"', []],
  ['Requires-Dist: a; (python_version >= "3.8" and sys_platform != "win32") or extra == "x"', ['a']],
  ['Requires-Dist: b; python_version < "3.10" and (os_name == "posix" or extra == "x")', []],
  ['Requires-Dist: c (>=1.0); platform_python_implementation == "PyPy"', []],
  ['Requires-Dist: d[socks]>=1; python_full_version >= "3.12.1"', ['d']],
  ['Requires-Dist: e @ https://example.org/e.whl', ['e']],
  ['Requires-Dist: f; this is no marker', ['f']],
  ['Name: x\n\nRequires-Dist: in-the-description', []],
])('%s', (metadata, names) => {
  expect(requirementsOf(metadata, '3.12.1')).toEqual(names);
});
