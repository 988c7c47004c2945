/** A session as `GET /api/sessions` tells it. */
export interface SessionRow {
  readonly id: string;
  readonly app: 'lab' | 'notebook';
  readonly state: string;
  readonly reason: string;
  /** What else its user has to know. */
  readonly remarks: readonly string[];
  readonly environment: string;
  readonly directory: string;
  readonly host: string | null;
  /** ISO 8601. */
  readonly created: string;
  readonly ended: string | null;
  /** When its job's time is over; null where that has no end, or is not known. */
  readonly ends: string | null;
}

/** What the portal said instead of doing it. */
export class ApiError extends Error {
  readonly status: number;
  readonly hint: string | null;

  constructor(status: number, message: string, hint: string | null) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

async function call<Value>(method: 'GET' | 'POST', path: string): Promise<Value> {
  const response = await fetch(path, { method }).catch(() => undefined);
  if (!response) throw new ApiError(0, 'The portal does not answer.', 'pier portal');
  const value = await response.json();
  if (response.ok) return value;
  throw new ApiError(response.status, value.error.message, value.error.hint);
}

export async function listSessions(): Promise<readonly SessionRow[]> {
  return (await call<{ sessions: SessionRow[] }>('GET', '/api/sessions')).sessions;
}

/** An address that opens the session once. */
export async function openSession(id: string): Promise<string> {
  return (await call<{ url: string }>('POST', `/api/sessions/${id}/open`)).url;
}

export async function stopSession(id: string): Promise<void> {
  await call('POST', `/api/sessions/${id}/stop`);
}

export async function readLog(id: string): Promise<string> {
  return (await call<{ log: string }>('GET', `/api/sessions/${id}/log`)).log;
}
