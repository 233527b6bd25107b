/** Certificates for tests over real TLS, made by openssl: authorities, and what they vouch for. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface KeyPair {
  readonly key: string
  readonly cert: string
}

export interface TestAuthority {
  /** PEM of the authority itself. */
  readonly cert: string
  /** A server's certificate for these names: `DNS:localhost,IP:127.0.0.1`. */
  issue(names: string, options?: { readonly expired?: boolean }): KeyPair
}

/** A new authority that nobody trusts yet. */
export function testAuthority(): TestAuthority {
  return inDirectory((directory) => {
    const ca = selfSigned(directory, 'CA:TRUE', 'DNS:authority.test')
    return { cert: ca.cert, issue: (names, options) => issue(ca, names, options?.expired ?? false) }
  })
}

/** A certificate that vouches for itself. */
export const selfSignedServer = (names: string): KeyPair =>
  inDirectory((directory) => selfSigned(directory, 'CA:FALSE', names))

function selfSigned(directory: string, constraint: string, names: string): KeyPair {
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
  openssl(
    ['req', '-x509', ...newKey, '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=caspool test'],
    [...['-addext', `basicConstraints=critical,${constraint}`], ...['-addext', `subjectAltName=${names}`]],
  )
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
}

function issue(ca: KeyPair, names: string, isExpired: boolean): KeyPair {
  return inDirectory((directory) => {
    const file = (name: string): string => join(directory, name)
    writeFileSync(file('ca.key'), ca.key)
    writeFileSync(file('ca.pem'), ca.cert)
    writeFileSync(file('extensions'), `subjectAltName=${names}\n`)
    openssl([
      'req',
      '-new',
      ...newKey,
      '-keyout',
      file('key.pem'),
      '-out',
      file('request'),
      '-subj',
      '/CN=server',
    ])
    openssl(
      ['x509', '-req', '-in', file('request'), '-CA', file('ca.pem'), '-CAkey', file('ca.key')],
      [
        // A negative number of days: over before it began.
        ...['-CAcreateserial', '-days', isExpired ? '-1' : '2', '-extfile', file('extensions')],
        ...['-out', file('cert.pem')],
      ],
    )
    return { key: readFileSync(file('key.pem'), 'utf8'), cert: readFileSync(file('cert.pem'), 'utf8') }
  })
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

function openssl(command: readonly string[], options: readonly string[] = []): void {
  execFileSync('openssl', [...command, ...options], { stdio: ['ignore', 'ignore', 'pipe'] })
}

function inDirectory<T>(use: (directory: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'caspool-tls-'))
  try {
    return use(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}
