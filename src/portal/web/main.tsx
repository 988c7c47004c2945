import { render } from 'preact';
import { LogDialog, StopDialog } from './dialogs.tsx';
import { SessionList } from './session-list.tsx';
import { sessions, trouble, watch } from './store.ts';

function Trouble() {
  const error = trouble.value;
  return (
    <div role="alert">
      {error && (
        <p class="trouble">
          {error.message}
          {error.hint && (
            <>
              {' In a terminal, type: '}
              <code>{error.hint}</code>
            </>
          )}
        </p>
      )}
    </div>
  );
}

function Empty() {
  return (
    <div class="empty">
      <p>No session is running. Start one in a terminal:</p>
      <pre>
        <code>pier lab</code>
      </pre>
    </div>
  );
}

function Page() {
  const rows = sessions.value;
  return (
    <>
      <h1>Sessions</h1>
      <Trouble />
      {rows === undefined ? <p>Loading …</p> : rows.length === 0 ? <Empty /> : <SessionList rows={rows} />}
      <StopDialog />
      <LogDialog />
    </>
  );
}

const main = document.getElementById('portal');
if (main) {
  main.replaceChildren();
  render(<Page />, main);
  watch();
}
