/** Another host for tests of `caspool sync`: a real sshd on the loopback interface. */
import { findRsync, rsyncUnavailable } from '../../../tools/rsync/programs.ts'
import { startSshServer, type TestSshServer } from '../../../tools/rsync/ssh-server.ts'

/** Throws where this machine has no rsync or no sshd, and says what is missing. */
export async function startRemote(): Promise<TestSshServer> {
  const missing = await rsyncUnavailable()
  if (missing !== undefined) throw new Error(missing)
  return startSshServer()
}

/** How to reach the server, as users of ssh say it. */
export function reach({ port, identity, options }: TestSshServer): string[] {
  const settings = ['--port', String(port), '--identity', identity, '--rsync-path', findRsync() ?? 'rsync']
  return [...settings, ...options.flatMap((option) => ['--ssh-option', option])]
}
