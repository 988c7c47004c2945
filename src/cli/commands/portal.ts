import { ensurePortal, openInBrowser, servePortal, stopPortal } from '../../portal/index.ts';
import { type CommandContext, result } from '../command.ts';
import { describeAddress, reachFrom } from '../open-session.ts';

export async function run({ options, onInterrupt }: CommandContext) {
  if (options.flag('serve')) {
    // The portal ends by itself on signals, after its connections.
    using _signals = onInterrupt(() => {});
    await servePortal();
    return undefined;
  }
  if (options.flag('stop')) {
    const stopped = await stopPortal();
    return result({ portal: { stopped } }, (value) =>
      value.portal.stopped ? 'The portal has been stopped; sessions go on.' : 'No portal was running.',
    );
  }
  const portal = await ensurePortal();
  const reach = reachFrom(portal);
  const url = await portal.signInUrl({ lasting: true });
  const opened = !options.flag('no-browser') && (await openInBrowser(url)) === 'opened';
  return result({ portal: { url, opened, tunnel: reach } }, (value) =>
    describeAddress('The portal', value.portal, 'pier portal'),
  );
}
