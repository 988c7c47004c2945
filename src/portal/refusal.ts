import { inspect } from 'node:util';
import { PierError } from '../files/index.ts';

/** A request that is not served, with the HTTP status it is answered with. */
export class Refusal extends PierError {
  readonly status: number;

  constructor(status: number, code: string, message: string, hint?: string) {
    super(code, message, hint === undefined ? {} : { hint });
    this.name = 'Refusal';
    this.status = status;
  }
}

const statuses: Record<string, number> = {
  'session-unknown': 404,
  'session-not-ready': 503,
  'session-elsewhere': 503,
};

/** What went wrong, as something that can be answered; undefined when it is a fault of pier's own. */
export function asRefusal(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (!(error instanceof PierError)) return undefined;
  return new Refusal(statuses[error.code] ?? 500, error.code, error.message, error.hint);
}

/** The answer to a fault of pier's own. What it was goes to the portal's log; no page is told. */
export function fault(error: unknown): Refusal {
  process.stderr.write(`${new Date().toISOString()} ${inspect(error)}\n`);
  return new Refusal(500, 'portal-fault', 'The portal made a mistake; its log says more.', 'pier portal');
}
