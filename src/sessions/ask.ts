import type { RequestOptions } from 'node:http';

/** Where to ask one Jupyter, and under which name it knows itself. */
export interface Address {
  readonly socketPath?: string;
  readonly port?: number;
  readonly host: string;
  readonly token?: string;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

const answerLimit = 1024 * 1024;

/** Asks Jupyter with GET; undefined when nobody answers within `timeoutMs`. */
export async function ask(address: Address, url: string, timeoutMs: number): Promise<Answer | undefined> {
  const options: RequestOptions = {
    path: url,
    agent: false,
    timeout: timeoutMs,
    headers: {
      host: address.host,
      ...(address.token === undefined ? {} : { authorization: `token ${address.token}` }),
    },
    ...(address.socketPath === undefined
      ? { host: '127.0.0.1', port: address.port }
      : { socketPath: address.socketPath }),
  };
  // Loaded while Jupyter starts, not before.
  const { get } = process.getBuiltinModule('node:http');
  return await new Promise((resolve) => {
    const request = get(options, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        body += piece;
        if (body.length > answerLimit) request.destroy();
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', () => resolve(undefined));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
    request.on('close', () => resolve(undefined));
  });
}
