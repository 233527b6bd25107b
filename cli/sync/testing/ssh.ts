/** Another host for tests of `caspool sync`: a real sshd on the loopback interface. */
import { afterAll, beforeAll } from '@jest/globals'
import { findRsync, rsyncUnavailable } from '../../../tools/rsync/programs.ts'
import { startSshServer, type TestSshServer } from '../../../tools/rsync/ssh-server.ts'

/** How tests reach the host, as users of ssh say it. */
export interface RemoteHost {
  server(): TestSshServer
  /** Options of the command. */
  reach(): string[]
  /** `HOST:PATH`. */
  at(path: string): string
}

/** Runs it for the tests of a file. They fail where this machine has no rsync or no sshd, and say what is missing. */
export function remoteHost(): RemoteHost {
  let server: TestSshServer | undefined
  beforeAll(async () => {
    const missing = await rsyncUnavailable()
    if (missing !== undefined) throw new Error(missing)
    server = await startSshServer()
  })
  afterAll(() => server?.stop())
  const whileRunning = (): TestSshServer => {
    if (server === undefined) throw new TypeError('the host does not run')
    return server
  }
  return {
    server: whileRunning,
    reach: () => {
      const { port, identity, options } = whileRunning()
      const settings = [
        '--port',
        String(port),
        '--identity',
        identity,
        '--rsync-path',
        findRsync() ?? 'rsync',
      ]
      return [...settings, ...options.flatMap((option) => ['--ssh-option', option])]
    },
    at: (path) => `${whileRunning().host}:${path}`,
  }
}
