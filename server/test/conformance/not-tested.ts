/** Sentences of the CAS protocol 3.0.3 that no test of the suite holds, each with the reason. */

export interface NotTested {
  /** Of the specification, or the call of the REST protocol. */
  readonly section: string
  readonly sentence: string
  readonly reason: string
}

const choice = 'a MAY that this server does not take'
const others = 'a duty of applications, not of the server'

export const notTested: readonly NotTested[] = [
  { section: '2.1.4', sentence: 'Response for trust authentication', reason: choice },
  { section: '2.1.5', sentence: 'A server MAY offer to disable single sign-on altogether', reason: choice },
  { section: '2.2.3', sentence: 'Parameters for trust authentication', reason: choice },
  {
    section: '2.2.4',
    sentence: 'The client MUST end with a GET to the service',
    reason: 'the answer is tested here; what a browser does with it, in the scenarios with a real browser',
  },
  {
    section: '2.3.3',
    sentence: 'A server MAY tell services at an idle timeout as well',
    reason:
      'needs hours to pass; held by tests with a clock of their own (server/test/single-logout.test.ts)',
  },
  {
    section: '2.3.3',
    sentence: 'Front channel (beyond the specification)',
    reason: 'held by e2e/front-channel.demo.test.ts, in a real browser',
  },
  {
    section: '2.3.3',
    sentence: 'logoutType and logoutUrl of a service (beyond the specification)',
    reason: 'held by server/slo/targets.test.ts',
  },
  {
    section: '2.5.3',
    sentence: 'INTERNAL_ERROR: an internal error occurred during ticket validation',
    reason:
      'cannot be caused from outside; a store that breaks is held by server/test/validate.test.ts, and one that is away is 503 with Retry-After (server/test/outage.int.test.ts)',
  },
  {
    section: '2.5.2',
    sentence: '/serviceValidate MAY carry attributes',
    reason:
      'a MAY that is off unless cas.view.cas2.v3-forward-compatible is true, as in Apereo CAS (server/test/validate.test.ts)',
  },
  {
    section: '2.5.4',
    sentence: 'Expired certificates are refused',
    reason: 'held by server/outbound/guarded-client.test.ts, over real TLS',
  },
  { section: '2.5.4', sentence: 'A server MAY follow redirects of the callback', reason: choice },
  {
    section: '2.7.3',
    sentence: 'INTERNAL_ERROR: an internal error occurred during the proxy request',
    reason: 'cannot be caused from outside, as in 2.5.3',
  },
  {
    section: '2.7.4',
    sentence: 'A server MAY extend the lifetime of the parent ticket',
    reason: choice,
  },
  {
    section: '3.1.1',
    sentence: 'Services MUST cope with service tickets of 32 characters, 256 RECOMMENDED',
    reason: others,
  },
  { section: '3.3.1', sentence: 'Services MUST cope with 64 characters, 256 RECOMMENDED', reason: others },
  {
    section: '3.6.1',
    sentence: 'The name of the cookie SHOULD begin with TGC-',
    reason:
      'it is TGC, the name in Apereo CAS, which balancers, monitors and tests of its users look for; the specification only recommends another',
  },
  {
    section: '3.8.1',
    sentence: 'Encryption of shared ticket-granting tickets is RECOMMENDED',
    reason:
      'the database holds hashes of ids; a test dumps it and finds no live ticket (server/test/pool.int.test.ts)',
  },
  { section: '4.1.2', sentence: 'How a remembered login is handled', reason: others },
  {
    section: '4.2.1',
    sentence: 'TARGET SHALL use HTTPS, and attributes MUST NOT be released to a site without',
    reason:
      'as in Apereo CAS: a service with http is served where a definition names it (one on the same machine, say), and what it is given is for that definition to say',
  },
  {
    section: 'REST',
    sentence: 'POST /v1/tickets and /v1/tickets/{TGT}: 500',
    reason: 'cannot be caused from outside; while the database is away the answer is 503 with Retry-After',
  },
  {
    section: 'REST',
    sentence: 'POST /v1/tickets: token',
    reason: 'an extension of Apereo CAS for JWT service tickets, which this server does not issue',
  },
  {
    section: 'REST',
    sentence: 'POST /v1/services',
    reason: 'services are registered by CasService objects; the server has no right to write the registry',
  },
]
