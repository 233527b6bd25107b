/** Servers of the local pool that die with requests in their hands: nobody is told that a good ticket was bad. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import { freePorts, until } from '../tools/system/ports.ts'
import { type Demo, startDemo } from './demo-pool.ts'

jest.setTimeout(240_000)

const directory = mkdtempSync(join(tmpdir(), 'caspool-balancer-'))
const manifests = join(directory, 'manifests')
const home = join(directory, 'home')
const service = 'http://localhost:9/'
const kills = 12
let demo: Demo

beforeAll(async () => {
  cpSync(join(resolve(import.meta.dirname, '..'), 'crds/samples'), manifests, { recursive: true })
  const [port = 0] = await freePorts(1)
  demo = startDemo({ home, port, manifests })
  await demo.prints('ready http://127.0.0.1:')
})

afterAll(async () => {
  await demo?.interrupt()
  rmSync(directory, { recursive: true, force: true })
})

it('answers a validation with success, or not at all, when its server is killed in the middle', async () => {
  const outcomes: string[] = []
  const session = await restSession()
  for (let kill = 0; kill < kills; kill++) {
    const tickets = await Promise.all(Array.from({ length: 12 }, () => restTicket(session)))
    const name = `server-${kill % 3}`
    const validations = tickets.map(validate)
    process.kill(Number(readFileSync(join(home, 'pids', name), 'utf8')), 'SIGKILL')
    outcomes.push(...(await Promise.all(validations)))
    await until(`${name} is ready again`, () => isReady(name))
  }
  expect(outcomes.filter((outcome) => outcome.startsWith('INVALID'))).toEqual([])
  expect(new Set(outcomes)).toContain('success')
  expect(outcomes.filter((outcome) => !['success', 'no answer', '502', '503'].includes(outcome))).toEqual([])
})

/** Sent once: success, the failure's code, a status, or no answer. */
async function validate(ticket: string): Promise<string> {
  const query = new URLSearchParams({ service, ticket, format: 'JSON' })
  const answer = await fetch(`${demo.pool().url}/p3/serviceValidate?${query}`).catch(() => undefined)
  if (answer === undefined) return 'no answer'
  if (!answer.ok) return String(answer.status)
  const { serviceResponse } = (await answer.json()) as ServiceResponse
  return serviceResponse.authenticationFailure?.code ?? 'success'
}

async function restSession(): Promise<string> {
  const answer = await post('/v1/tickets', { username: 'casuser', password: 'Mellon' })
  expect(answer.status).toBe(201)
  return new URL(answer.headers.get('location') ?? '').pathname.split('/').at(-1) ?? ''
}

/** A grant that met a dying server is asked for again: it has spent nothing. */
function restTicket(session: string): Promise<string> {
  return until('a ticket is granted', async () => {
    const answer = await post(`/v1/tickets/${session}`, { service }).catch(() => undefined)
    return answer?.status === 200 ? answer.text() : undefined
  })
}

function post(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(`${demo.pool().url}${path}`, { method: 'POST', body: new URLSearchParams(fields) })
}

async function isReady(name: string): Promise<boolean> {
  const server = demo.pool().servers.find((each) => each.name === name)
  const answer = await fetch(`${server?.management}/readyz`).catch(() => undefined)
  return answer?.ok === true
}

type ServiceResponse = {
  readonly serviceResponse: { readonly authenticationFailure?: { readonly code: string } }
}
