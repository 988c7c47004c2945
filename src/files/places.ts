import { userInfo } from 'node:os';
import path from 'node:path';
import envPaths from 'env-paths';

/** Where pier keeps its own things. All are made on first use, with mode 0700. */
export interface Places {
  /** Settings a person writes: `~/.config/pier` (XDG_CONFIG_HOME). */
  readonly config: string;
  /** Records of sessions and the portal: `~/.local/state/pier` (XDG_STATE_HOME). */
  readonly state: string;
  /** Environments and tools on a machine with no site profile: `~/.local/share/pier` (XDG_DATA_HOME). */
  readonly data: string;
  /** What can be deleted at any time: `~/.cache/pier` (XDG_CACHE_HOME). */
  readonly cache: string;
}

/** The directories of the XDG base directory specification, and macOS's own on macOS. */
export function places(): Places {
  // A relative one is to be ignored, says the XDG base directory specification; env-paths would take it.
  for (const name of ['XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_DATA_HOME', 'XDG_CACHE_HOME']) {
    if (process.env[name] && !path.isAbsolute(process.env[name])) delete process.env[name];
  }
  const paths = envPaths('pier', { suffix: '' });
  // env-paths calls the XDG state directory `log`.
  return { config: paths.config, state: paths.log, data: paths.data, cache: paths.cache };
}

/** The numeric user id, or -1 where the system has none. */
export function uid(): number {
  return process.getuid?.() ?? -1;
}

/** The user's login name, also where the uid has no passwd entry. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env.USER ?? String(uid());
  }
}

/** `/home/ada/work` as `~/work`: for printing only. */
export function tilde(file: string): string {
  const home = process.env.HOME;
  if (!home || home === '/') return file;
  return file === home || file.startsWith(home + path.sep) ? `~${file.slice(home.length)}` : file;
}
