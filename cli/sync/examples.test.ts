/** The examples in docs/examples/sync say what `caspool sync` understands. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { load } from 'js-yaml'
import { parseSettings } from './settings.ts'

const examples = join(import.meta.dirname, '../../docs/examples/sync')

it('gives the systemd unit arguments that are understood', () => {
  const unit = readFileSync(join(examples, 'caspool-sync.service'), 'utf8')
  const line = /^ExecStart=(\S+) sync ((?:.*\\\n)*.*)$/m.exec(unit)
  const settings = parseSettings((line?.[2] ?? '').replaceAll('\\\n', ' ').trim().split(/\s+/))
  expect(settings).toMatchObject({
    source: { kind: 'remote' },
    destination: { kind: 'local' },
    deletes: true,
  })
})

it('gives the CronJob arguments that are understood', () => {
  type CronJob = {
    spec: { jobTemplate: { spec: { template: { spec: { containers: { args: string[] }[] } } } } }
  }
  const job = load(readFileSync(join(examples, 'cronjob.yaml'), 'utf8')) as CronJob
  const [command, ...args] = job.spec.jobTemplate.spec.template.spec.containers[0]?.args ?? []
  expect(command).toBe('sync')
  expect(parseSettings(args)).toMatchObject({ destination: { kind: 'remote' }, deletes: false })
})
