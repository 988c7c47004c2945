import { expect, test } from 'vitest';
import { uvError } from './errors.ts';

// What uv 0.13.9 says when nobody listens at an index.
const said = (address: string) => `error: Failed to fetch: ${address}
  cause: error sending request for url (${address})
  cause: client error (Connect)
  cause: tcp connect error
  cause: Connection refused (os error 111)
`;

test.each([
  ['http://127.0.0.1:9/simple/six/', 'http://127.0.0.1:9/simple/'],
  ['https://ada:secret@x.org/pypi/simple/six/', 'https://x.org/pypi/simple/'],
  ['`https://files.x.org/a/b/six-1.whl`', 'https://files.x.org'],
])('the index that does not answer is named: %s', (address, named) => {
  const result = { command: [], exitCode: 2, signal: null, stdout: '', stderr: said(address), timedOut: false };
  const error = uvError(result as never, 'Cannot choose versions');
  expect(error).toMatchObject({
    code: 'offline',
    message: `Cannot choose versions: the package index ${named} does not answer. Connection refused (os error 111)`,
  });
});
