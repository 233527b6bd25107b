// An ssh server for tests: a process of ours on a high port of the loopback interface, with its own keys.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { startChild } from '../system/child.ts'
import { run } from '../system/command.ts'
import { acceptsConnections, freePorts, until } from '../system/ports.ts'
import { findSshd } from './programs.ts'

export type TestSshServer = {
  readonly port: number
  /** Private key that it takes. */
  readonly identity: string
  /** `ssh -o` each: knows the server's key, reads no configuration of the user's. */
  readonly options: readonly string[]
  /** `USER@127.0.0.1`. */
  readonly host: string
  /** Ends the server; sessions end with their clients. */
  stop(): Promise<void>
}

/** Starts one that lets in the user who runs the tests. Throws when the machine cannot. */
export async function startSshServer(): Promise<TestSshServer> {
  const sshd = findSshd()
  if (sshd === undefined) throw new Error('no sshd: call rsyncUnavailable first')
  const directory = await mkdtemp(join(tmpdir(), 'caspool-ssh-'))
  const file = (name: string) => join(directory, name)
  for (const name of ['host', 'user']) {
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file(name)])
  }
  const [port = 0] = await freePorts(1)
  await cp(file('user.pub'), file('authorized'))
  await writeFile(file('known'), `[127.0.0.1]:${port} ${await readFile(file('host.pub'), 'utf8')}`)
  await writeFile(file('config'), configOf(port, file))
  const [program, ...args] = await launcher(sshd, file('passwd'))
  if (program === undefined) throw new TypeError('no program')
  const child = startChild(program, [...args, '-D', '-e', '-f', file('config')], { log: file('log') })
  const stop = async () => {
    await child.end()
    await rm(directory, { recursive: true, force: true })
  }
  try {
    await until('sshd to listen', async () => {
      if (!child.isRunning()) throw new Error(`sshd ended: ${await readFile(file('log'), 'utf8')}`)
      return acceptsConnections(port)
    })
  } catch (error) {
    await stop()
    throw error
  }
  const options = [
    `UserKnownHostsFile=${file('known')}`,
    'GlobalKnownHostsFile=none',
    'StrictHostKeyChecking=yes',
  ]
  return { port, identity: file('user'), options, host: `${userInfo().username}@127.0.0.1`, stop }
}

function configOf(port: number, file: (name: string) => string): string {
  return `ListenAddress 127.0.0.1:${port}
HostKey ${file('host')}
AuthorizedKeysFile ${file('authorized')}
AuthenticationMethods publickey
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
PidFile none
`
}

/**
 * How sshd is started. As root it wants a user `sshd` and a directory /run/sshd: where the machine has none, they are
 * made in a mount namespace of its own.
 */
async function launcher(sshd: string, passwd: string): Promise<readonly string[]> {
  const users = await readFile('/etc/passwd', 'utf8')
  if (process.getuid?.() !== 0 || /^sshd:/m.test(users)) return [sshd]
  await writeFile(passwd, `${users.trimEnd()}\nsshd:x:65533:65534::/run/sshd:/usr/sbin/nologin\n`, {
    mode: 0o644,
  })
  const script =
    'mount --bind "$1" /etc/passwd && mount -t tmpfs tmpfs /run && mkdir -m 755 /run/sshd && shift && exec "$@"'
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', passwd, sshd]
}
