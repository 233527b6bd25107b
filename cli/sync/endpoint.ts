/** Where definitions come from and go to, as users of rsync write it: `DIR` or `[USER@]HOST:DIR`. Pure. */
import { posix } from 'node:path'
import { withoutUserInfo } from '../printable.ts'
import { UsageError } from '../usage.ts'

export type Endpoint =
  | { readonly kind: 'local'; readonly path: string }
  /** `host` may hold `USER@`, and an IPv6 address in brackets. */
  | { readonly kind: 'remote'; readonly host: string; readonly path: string }

/**
 * Reads SRC or DST. As for rsync, a colon before the first slash makes it remote. Paths come out without slashes at
 * their end; it is always the content of a directory that is meant. Throws UsageError.
 */
export function parseEndpoint(text: string, which: 'SRC' | 'DST'): Endpoint {
  const problem = (why: string) => new UsageError(`${which} "${withoutUserInfo(text)}": ${why}`)
  if (text === '') throw problem('is empty')
  if (text.includes('\0')) throw problem('holds a character that no path can have')
  if (/^rsync:\/\//i.test(text) || /^[^/]*?::/.test(text.replace(/^([^/@]*@)?\[[^\]/]*\]/, '$1x')))
    throw problem('rsync daemons are not supported, as they neither encrypt nor name their host: use ssh')
  // With one slash, a user and a password: a slip that would be shown wherever the path is.
  if (/^[a-z][a-z0-9+.-]*:(?:\/\/|\/[^/]*:[^/]*@)/i.test(text))
    throw problem('is a URI: a directory or [USER@]HOST:DIR is taken')
  const remote = /^((?:[^/:@]+@)?(?:\[[^\]/]+\]|[^/:[\]@]+)):(.*)$/s.exec(text)
  if (remote === null) {
    if (/^[^/]*:/.test(text))
      throw problem('is neither a directory nor [USER@]HOST:DIR (./ in front of it makes it a directory)')
    return { kind: 'local', path: directoryPath(text, problem) }
  }
  const [, host = '', path = ''] = remote
  // ssh would take it for an option, such as one that runs a program.
  if (/(?:^|[@[])-/.test(host) || /[\s\p{Cc}]/u.test(host))
    throw problem('a host or user cannot look like that')
  if (path === '') throw problem('names no directory on the host')
  if (path.startsWith('~'))
    throw problem('leave ~/ out: what does not begin with a slash is in the home directory of the user')
  return { kind: 'remote', host, path: directoryPath(path, problem) }
}

/** As rsync takes it; what begins with a hyphen cannot be taken for an option. */
export function rsyncPath(endpoint: Endpoint): string {
  return endpoint.kind === 'local' ? endpoint.path : `${endpoint.host}:${endpoint.path}`
}

/** What ssh calls the host. */
export function sshHost({ host }: Extract<Endpoint, { kind: 'remote' }>): string {
  return host.replace(/\[([^\]]*)\]$/, '$1')
}

/** The directory beside the destination that takes in what is on its way. */
export function stageOf(path: string): string {
  return posix.join(posix.dirname(path), `.${posix.basename(path)}.caspool-sync`).replace(/^-/, './-')
}

function directoryPath(text: string, problem: (why: string) => UsageError): string {
  const path = posix.normalize(text).replace(/(?<=.)\/+$/, '')
  if (path === '/' || path === '.' || path === '..' || path.endsWith('/..'))
    throw problem('must name a directory, so that another one can stand beside it')
  // A colon in the first part would make rsync take it for a host.
  return /^[^/]*:/.test(path) || path.startsWith('-') ? `./${path}` : path
}
