import { expect, it } from '@jest/globals'
import { parseEndpoint } from './endpoint.ts'
import { copyArguments, remoteCopyCommand, sshArguments } from './rsync-arguments.ts'
import type { Transport } from './settings.ts'

const transport: Transport = {
  rsync: 'rsync',
  remoteRsync: 'rsync',
  port: 2222,
  identity: "/keys/it's mine",
  sshOptions: ['BatchMode=no', 'ProxyCommand=nc %h %p'],
  bandwidth: undefined,
  timeoutSeconds: 60,
}

it('lets ssh ask for nothing, whatever options the user gives', () => {
  const rsh = copyArguments('a', 'h:b', { all: false, transport }).find((arg) => arg.startsWith('--rsh='))
  expect(rsh).toMatch(/^--rsh=ssh -o BatchMode=yes -o BatchMode=no -o 'ProxyCommand=nc %h %p' /)
  expect(rsh).toContain("-p 2222 -i '/keys/it''s mine' -o IdentitiesOnly=yes")
})

it('names directories behind the options, with a slash: it is their content that is meant', () => {
  const args = copyArguments('./-a', 'h:b', { all: true, transport })
  expect(args.slice(-3)).toEqual(['--', './-a/', 'h:b/'])
})

it('deletes only when told to, and after everything has been written', () => {
  const deletes = (options: object) =>
    copyArguments('a', 'b', { all: false, transport, ...options }).filter((arg) => arg.includes('delete'))
  expect(deletes({})).toEqual([])
  expect(deletes({ deletes: true })).toEqual(['--delete-after'])
})

it('quotes what the shell of another host reads', () => {
  const command = remoteCopyCommand(".it's.stage", "it's; rm -r $HOME", { all: true, transport })
  expect(command).toMatch(/^rsync '--recursive' /)
  expect(command).toMatch(/'--' '\.it'\\''s\.stage\/' 'it'\\''s; rm -r \$HOME\/'$/)
  const host = parseEndpoint('cas@[::1]:x', 'DST')
  if (host.kind !== 'remote') throw new TypeError('remote')
  expect(sshArguments(host, command, transport).slice(-3)).toEqual(['--', 'cas@::1', command])
})
