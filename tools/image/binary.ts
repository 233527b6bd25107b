// What a dynamically linked program needs around it in an otherwise empty root file system.
import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { run } from '../system/command.ts'
import type { Entry } from './tar.ts'

/** A program of this machine at `path` in the image, together with its shared libraries. */
export async function programWithLibraries(source: string, path: string): Promise<Entry[]> {
  const program: Entry = { kind: 'file', path, mode: 0o755, source: realpathSync(source) }
  return [program, ...(await sharedLibraries(source)).map(libraryEntry)]
}

/** The libraries that look up users and host names; programs load them by name, so no tool lists them. */
export function nameServiceLibraries(besides: readonly Entry[]): Entry[] {
  const libc = besides.find(({ path }) => path.endsWith('/libc.so.6'))
  if (libc === undefined) return []
  return ['libnss_files.so.2', 'libnss_dns.so.2']
    .map((name) => `/${dirname(libc.path)}/${name}`)
    .filter(existsSync)
    .map(libraryEntry)
}

/** Accounts, name lookup and a directory for temporary files. */
export function systemFiles(user: { name: string; id: number; home: string }): Entry[] {
  const text = (path: string, content: string): Entry => ({
    kind: 'text',
    path,
    mode: 0o644,
    text: `${content}\n`,
  })
  return [
    text('etc/passwd', `root:x:0:0:root:/:/none\n${user.name}:x:${user.id}:${user.id}::${user.home}:/none`),
    text('etc/group', `root:x:0:\n${user.name}:x:${user.id}:`),
    text('etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns'),
    { kind: 'directory', path: 'tmp', mode: 0o1777 },
  ]
}

/** `ldd` prints `name => /path (address)` or `/path (address)`. */
async function sharedLibraries(program: string): Promise<string[]> {
  const text = await run('ldd', [program])
  return [...text.matchAll(/(\/\S+) \(0x/g)].flatMap(([, path]) => (path === undefined ? [] : [path]))
}

function libraryEntry(path: string): Entry {
  // Links (`libx.so.1 -> libx.so.1.2.3`, `/lib -> /usr/lib`) become plain files under the name they are asked for.
  return {
    kind: 'file',
    path: `${dirname(path)}/${basename(path)}`.slice(1),
    mode: 0o755,
    source: realpathSync(path),
  }
}
