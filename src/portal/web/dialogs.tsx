import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { log, stop, stopping } from './store.ts';

/** A modal dialog that is open while it has something to show; Escape closes it, and focus goes back by itself. */
function Modal(props: { readonly label: string; readonly onClose: () => void; readonly children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  // Before the next key comes: what a quick person types is meant for the dialog.
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-label={props.label} onClose={props.onClose}>
      {props.children}
    </dialog>
  );
}

export function StopDialog() {
  const row = stopping.value;
  if (!row) return null;
  const close = () => {
    stopping.value = undefined;
  };
  return (
    <Modal label={`Stop session ${row.id}?`} onClose={close}>
      <h2>Stop session {row.id}?</h2>
      <p>Its kernels end, and what is only in their memory is lost. Saved notebooks stay.</p>
      <p class="actions">
        <button type="button" onClick={close}>
          Leave it running
        </button>
        <button type="button" class="danger" onClick={() => stop(row.id)}>
          Stop it
        </button>
      </p>
    </Modal>
  );
}

/** A log is opened for its end. */
function showEnd(log: HTMLElement | null): void {
  if (log) log.scrollTop = log.scrollHeight;
}

export function LogDialog() {
  const shown = log.value;
  if (!shown) return null;
  const close = () => {
    log.value = undefined;
  };
  return (
    <Modal label={`Log of session ${shown.id}`} onClose={close}>
      <h2>Log of session {shown.id}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <pre tabIndex={0} ref={showEnd}>
        {shown.text || 'Nothing has been written yet.'}
      </pre>
      <p class="actions">
        <button type="button" onClick={close}>
          Close
        </button>
      </p>
    </Modal>
  );
}
