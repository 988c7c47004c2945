import type { SessionRow } from './api.ts';
import { open, showLog, stopping } from './store.ts';

const live = new Set(['created', 'queued', 'starting', 'ready', 'lost']);

const titles = { lab: 'JupyterLab', notebook: 'Jupyter Notebook' } as const;

/** Sessions that run first, then those that are over; each as the portal tells it. */
export function SessionList({ rows }: { readonly rows: readonly SessionRow[] }) {
  const [running, over] = [rows.filter(isLive), rows.filter((row) => !isLive(row))];
  return (
    <>
      {running.length > 0 ? <List rows={running} /> : <NothingRuns />}
      {over.length > 0 && (
        <details>
          <summary>{over.length === 1 ? 'One session is over' : `${over.length} sessions are over`}</summary>
          <List rows={over} />
        </details>
      )}
    </>
  );
}

function isLive(row: SessionRow): boolean {
  return live.has(row.state) || row.state === 'ending';
}

function List({ rows }: { readonly rows: readonly SessionRow[] }) {
  return (
    <ul class="sessions">
      {rows.map((row) => (
        <Row key={row.id} row={row} />
      ))}
    </ul>
  );
}

function Row({ row }: { readonly row: SessionRow }) {
  return (
    <li aria-labelledby={`title-${row.id}`}>
      <h2 id={`title-${row.id}`}>
        {titles[row.app]} in {row.environment} <small>{row.id}</small>
      </h2>
      <p class={`state ${row.state}`}>
        <strong>{row.state}</strong> {row.reason}
      </p>
      {row.remarks.map((remark) => (
        <p key={remark} class="remark">
          {remark}
        </p>
      ))}
      <dl>
        <dt>Directory</dt>
        <dd>{row.directory}</dd>
        <dt>{row.ended ? 'Ended' : 'Since'}</dt>
        <dd>
          <Time iso={row.ended ?? row.created} />
        </dd>
        <dt>Machine</dt>
        <dd>{row.host ?? 'not known yet'}</dd>
        {row.ends && isLive(row) && <TimeLeft ends={row.ends} />}
      </dl>
      <Actions row={row} />
    </li>
  );
}

function Actions({ row }: { readonly row: SessionRow }) {
  const named = (verb: string) => `${verb} session ${row.id}`;
  return (
    <p class="actions">
      {row.state === 'ready' && (
        <button type="button" class="main" aria-label={named('Open')} onClick={() => open(row.id)}>
          Open
        </button>
      )}
      <button type="button" aria-label={`Log of session ${row.id}`} onClick={() => showLog(row.id)}>
        Log
      </button>
      {live.has(row.state) && (
        <button
          type="button"
          aria-label={named('Stop')}
          onClick={() => {
            stopping.value = row;
          }}
        >
          Stop
        </button>
      )}
    </p>
  );
}

function Time({ iso }: { readonly iso: string }) {
  const shown = new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return <time dateTime={iso}>{shown}</time>;
}

/** Told anew with each look at the sessions. */
function TimeLeft({ ends }: { readonly ends: string }) {
  const minutes = Math.max(0, Math.floor((Date.parse(ends) - Date.now()) / 60_000));
  const parts = [
    [Math.floor(minutes / 1440), 'd'],
    [Math.floor(minutes / 60) % 24, 'h'],
    [minutes % 60, 'min'],
  ] as const;
  const shown = parts.filter(([count]) => count > 0).slice(0, 2);
  const left = shown.map(([count, unit]) => `${count} ${unit}`).join(' ') || 'less than a minute';
  return (
    <>
      <dt>Time left</dt>
      <dd>
        {left}, until <Time iso={ends} />
      </dd>
    </>
  );
}

function NothingRuns() {
  return (
    <p>
      No session is running. In a terminal, <code>pier lab</code> starts one.
    </p>
  );
}
