// What the cluster changes on the machine's network: an address on the loopback interface, forwarding, four firewall
// rules. All of it is taken back by `down`.
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run, tryRun } from '../system/command.ts'
import { programPath } from './build.ts'
import { network, paths } from './layout.ts'

const forwarding = '/proc/sys/net/ipv4/ip_forward'
const forwardingBefore = join(paths.runtime, 'ip_forward')
const address = `${network.nodeAddress}/32`

/** Table, chain and match of each rule; the comment makes them recognisable as ours. */
const rules: readonly (readonly [table: string, chain: string, ...rest: string[]])[] = [
  ['nat', 'POSTROUTING', '-s', network.podRange, '!', '-d', network.podRange, ...action('MASQUERADE')],
  ['filter', 'INPUT', '-s', network.podRange, ...action('ACCEPT')],
  ['filter', 'FORWARD', '-s', network.podRange, ...action('ACCEPT')],
  ['filter', 'FORWARD', '-d', network.podRange, ...action('ACCEPT')],
]

function action(target: string): string[] {
  return ['-m', 'comment', '--comment', 'caspool', '-j', target]
}

/** Adds what is not there yet. */
export async function openHostNetwork(): Promise<void> {
  if (!(await hasNodeAddress())) await run('ip', ['address', 'add', address, 'dev', 'lo'])
  if (!existsSync(forwardingBefore)) await writeFile(forwardingBefore, await readFile(forwarding))
  await writeFile(forwarding, '1\n')
  for (const [table, ...rule] of rules) {
    const present = await tryRun('iptables', ['-w', '-t', table, '-C', ...rule])
    if (present === undefined) await run('iptables', ['-w', '-t', table, '-A', ...rule])
  }
}

/** Removes all of it, and the rules of kube-proxy. */
export async function closeHostNetwork(): Promise<void> {
  if (existsSync(programPath('kube-proxy'))) await tryRun(programPath('kube-proxy'), ['--cleanup'])
  await removeKubernetesChains()
  for (const [table, ...rule] of rules) await tryRun('iptables', ['-w', '-t', table, '-D', ...rule])
  if (await hasNodeAddress()) await run('ip', ['address', 'del', address, 'dev', 'lo'])
  if (existsSync(forwardingBefore)) {
    await writeFile(forwarding, await readFile(forwardingBefore))
    await rm(forwardingBefore)
  }
}

/** kube-proxy and kubelet leave some chains behind that `--cleanup` does not know. */
async function removeKubernetesChains(): Promise<void> {
  for (const command of ['iptables', 'ip6tables']) {
    for (const table of ['nat', 'filter', 'mangle']) {
      const rules = (await tryRun(`${command}-save`, ['-t', table])) ?? ''
      const chains = [...rules.matchAll(/^:(KUBE-\S+)/gm)].map(([, chain]) => chain ?? '')
      const jumps = [...rules.matchAll(/^-A ((?!KUBE-).* -j KUBE-\S+)$/gm)].map(([, rule]) => rule ?? '')
      const script = [
        `*${table}`,
        ...jumps.map((rule) => `-D ${rule}`),
        ...chains.map((chain) => `-F ${chain}`),
        ...chains.map((chain) => `-X ${chain}`),
        'COMMIT',
      ]
      const input = `${script.join('\n')}\n`
      if (chains.length > 0) await tryRun(`${command}-restore`, ['--noflush', '-w'], { input })
    }
  }
}

async function hasNodeAddress(): Promise<boolean> {
  const text = await run('ip', ['-oneline', 'address', 'show', 'dev', 'lo'])
  return text.includes(` ${network.nodeAddress}/`)
}
