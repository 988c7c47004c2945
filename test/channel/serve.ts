import { createReadStream, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

/** A directory that is served over HTTP on this machine's loopback. */
export interface Served extends AsyncDisposable {
  readonly url: string;
  /** What was asked for so far, such as `GET /noarch/repodata.json.zst 200`. */
  readonly requests: readonly string[];
}

/** Serves the files of a directory, as a mirror that is a plain web server does: no listings, no ranges. */
export async function serve(directory: string): Promise<Served> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    response.on('close', () => requests.push(`${request.method} ${request.url} ${response.statusCode}`));
    answer(directory, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(directory: string, request: IncomingMessage, response: ServerResponse): void {
  // A URL's path has no `..` left in it.
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const file = path.join(directory, decodeURIComponent(pathname));
  const entry = statSync(file, { throwIfNoEntry: false });
  if (!entry?.isFile()) return void response.writeHead(404).end();
  const tag = `"${entry.size}-${entry.mtimeMs}"`;
  if (request.headers['if-none-match'] === tag) return void response.writeHead(304).end();
  response.writeHead(200, { 'content-length': entry.size, etag: tag, 'last-modified': entry.mtime.toUTCString() });
  if (request.method === 'HEAD') return void response.end();
  createReadStream(file).pipe(response);
}
