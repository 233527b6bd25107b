import { describe, expect, it } from '@jest/globals'
import type { SsoSession } from '../tickets/ticket.ts'
import { decideLogin, type LoginFacts } from './login.ts'
import { definition, session } from './testing/samples.ts'

const url = 'https://app.example.org/'
const service = { url, definition: definition() }
const plain = { renew: false, gateway: false }

const decide = (change: Partial<LoginFacts> = {}) =>
  decideLogin({ request: plain, service, session: undefined, confirmed: false, ...change })
const signedIn: { session: SsoSession } = { session: session() }

describe('a request to sign in', () => {
  it('without a session asks for credentials', () => {
    expect(decide().kind).toBe('askCredentials')
  })

  it('with a session grants a ticket', () => {
    expect(decide(signedIn).kind).toBe('grantTicket')
  })

  it('without a service asks for credentials, or says that one is signed in (CAS 2.1.1)', () => {
    const request = plain
    expect(decide({ request, service: undefined }).kind).toBe('askCredentials')
    expect(decide({ request, service: undefined, ...signedIn }).kind).toBe('alreadySignedIn')
  })

  it('with renew asks for credentials despite a session', () => {
    expect(decide({ request: { ...plain, renew: true }, ...signedIn }).kind).toBe('askCredentials')
  })

  it('with gateway never asks: it grants with a session and returns without a ticket otherwise', () => {
    const request = { ...plain, gateway: true }
    expect(decide({ request }).kind).toBe('returnWithoutTicket')
    expect(decide({ request, ...signedIn }).kind).toBe('grantTicket')
  })

  it('with renew and gateway ignores gateway', () => {
    expect(decide({ request: { ...plain, renew: true, gateway: true } }).kind).toBe('askCredentials')
  })

  it('with gateway but without a service behaves as if neither was given', () => {
    const request = { renew: false, gateway: true }
    expect(decide({ request, service: undefined }).kind).toBe('askCredentials')
  })

  it('to a service outside single sign-on asks for credentials every time, and returns with gateway', () => {
    const alone = { url, definition: definition({ ssoEnabled: false }) }
    expect(decide({ service: alone, ...signedIn }).kind).toBe('askCredentials')
    const request = { ...plain, gateway: true }
    expect(decide({ service: alone, request, ...signedIn }).kind).toBe('returnWithoutTicket')
  })

  it('in a session with warn is confirmed first, once per service (CAS 2.2.1)', () => {
    const warned = { session: session({ warn: true }) }
    expect(decide(warned).kind).toBe('confirm')
    expect(decide({ ...warned, confirmed: true }).kind).toBe('grantTicket')
  })

  it('that was confirmed still needs a session', () => {
    expect(decide({ confirmed: true }).kind).toBe('askCredentials')
  })
})
