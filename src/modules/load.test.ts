import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type Sandbox, sandbox } from '../../test/sandbox.ts';
import { loadModules } from './load.ts';

/** A module command that knows gcc, whose default is 12.2.0, and mute, which says that it is loaded and does nothing. */
const init = `
module() {
  echo "Loading $2" # noise on standard output
  if [ "$1" = unload ]; then LOADEDMODULES=\${LOADEDMODULES%:$2}; return; fi
  case $2 in
    gcc/latest) case ":$LOADEDMODULES:" in *:gcc/*) ;; *) export LOADEDMODULES=\${LOADEDMODULES:+$LOADEDMODULES:}gcc/12.2.0 ;; esac ;;
    gcc | gcc/12.2.0) export LOADEDMODULES=\${LOADEDMODULES:+$LOADEDMODULES:}gcc/12.2.0 GCC_HOME=/gcc ODD=$'a\\nb=c' ;;
    proj/9) unset OF_LOGIN; export LOADEDMODULES=\${LOADEDMODULES:+$LOADEDMODULES:}proj/9 ;;
    mute) ;;
    old/*) echo "ModuleCmd_Load.c(213):ERROR:105: Unable to locate a modulefile for '$2'" >&2 ;;
    *) printf 'Lmod has detected the following error:  The following module(s) are unknown:\\n"%s"\\n\\nPlease check.\\n' "$2" >&2; return 1 ;;
  esac
}
`;

async function withModuleCommand(place: Sandbox): Promise<NodeJS.ProcessEnv> {
  const home = path.join(place.directory, 'modules');
  await mkdir(path.join(home, 'init'), { recursive: true });
  await writeFile(path.join(home, 'init', 'bash'), init);
  return { ...place.env, MODULESHOME: home, OF_LOGIN: '1', SHLVL: '3' };
}

test('gives what the modules set, what they unset left out, and their full names', async () => {
  await using place = await sandbox();
  const base = await withModuleCommand(place);
  const { variables, modules } = await loadModules(['gcc', 'proj/9'], base);
  expect(modules).toEqual(['gcc/12.2.0', 'proj/9']);
  const { OF_LOGIN, ...kept } = base;
  expect(variables).toEqual({
    ...kept,
    LOADEDMODULES: 'gcc/12.2.0:proj/9',
    GCC_HOME: '/gcc',
    ODD: 'a\nb=c',
  });
});

test('an alias is recorded by the name that it stands for, also where that is loaded already', async () => {
  await using place = await sandbox();
  const base = await withModuleCommand(place);
  expect((await loadModules(['proj/9', 'gcc/latest', 'gcc/latest'], base)).modules).toEqual(['proj/9', 'gcc/12.2.0']);
  expect((await loadModules(['gcc/latest'], { ...base, LOADEDMODULES: 'gcc/12.2.0' })).modules).toEqual(['gcc/12.2.0']);
});

test('what is to be left is unloaded first, and what it took the place of is back', async () => {
  await using place = await sandbox();
  const base = { ...(await withModuleCommand(place)), LOADEDMODULES: 'own/1:gcc/12.2.0' };
  const { variables } = await loadModules([], base, { unload: ['gcc/12.2.0'], reload: ['proj/9'] });
  expect(variables.LOADEDMODULES).toBe('own/1:proj/9');
});

test('a file for scripts of the user’s own changes and prints nothing', async () => {
  await using place = await sandbox();
  const file = path.join(place.directory, 'env.sh');
  await writeFile(file, 'echo hello; export FROM_FILE=1\n');
  const base = { ...(await withModuleCommand(place)), BASH_ENV: file };
  const { variables } = await loadModules(['gcc'], base);
  expect(variables).toMatchObject({ BASH_ENV: file, GCC_HOME: '/gcc' });
  expect(variables).not.toHaveProperty('FROM_FILE');
  await expect(loadModules(['nosuch/1'], base)).rejects.toMatchObject({ hint: 'module avail nosuch' });
});

test('starts nothing where all are loaded already', async () => {
  const base = { LOADEDMODULES: 'a/1:gcc/12.2.0', PATH: '/nonexistent' };
  expect(await loadModules(['gcc/12.2.0'], base)).toEqual({ variables: base, modules: ['gcc/12.2.0'] });
  expect(await loadModules([], base)).toEqual({ variables: base, modules: [] });
});

test.each(['nosuch/1', 'mute'])('refuses %s, which is not loaded after that, and names it', async (name) => {
  await using place = await sandbox();
  const base = await withModuleCommand(place);
  await expect(loadModules(['gcc', name], base)).rejects.toMatchObject({
    code: 'module-not-loaded',
    message: expect.stringContaining(
      name === 'mute'
        ? 'mute cannot be loaded here'
        : `nosuch/1 cannot be loaded here: The following module(s) are unknown: "nosuch/1".`,
    ),
    hint: expect.stringContaining(`module avail ${name.replace(/\/.*/, '')}`),
  });
});

test('leaves the user’s own variables alone, whatever their names', async () => {
  await using place = await sandbox();
  const base = { ...(await withModuleCommand(place)), name: 'Ada', was: 'here', some: 'thing', file: 'f', kind: 'k' };
  expect((await loadModules(['gcc'], base)).variables).toMatchObject({
    name: 'Ada',
    was: 'here',
    some: 'thing',
    file: 'f',
    kind: 'k',
  });
});

test('one that is refused by an error alone is not taken for another of its name', async () => {
  await using place = await sandbox();
  const base = { ...(await withModuleCommand(place)), LOADEDMODULES: 'old/1' };
  await expect(loadModules(['old/2'], base)).rejects.toMatchObject({ code: 'module-not-loaded' });
});

test('what a person has loaded instead is neither unloaded nor replaced', async () => {
  await using place = await sandbox();
  const base = { ...(await withModuleCommand(place)), LOADEDMODULES: 'proj/10' };
  const left = { unload: ['gcc/12.2.0'], reload: ['proj/9'] };
  expect((await loadModules([], base, left)).variables.LOADEDMODULES).toBe('proj/10');
  const both = { ...base, LOADEDMODULES: 'proj/10:gcc/12.2.0' };
  expect((await loadModules([], both, left)).variables.LOADEDMODULES).toBe('proj/10');
});

test('says where there is no module command', async () => {
  await using place = await sandbox();
  // Where the machine has one in /etc/profile.d, that is found.
  const base = { ...place.env, PATH: '/nonexistent' };
  await expect(loadModules(['gcc'], base)).rejects.toMatchObject({ code: 'module-command-missing' });
});
