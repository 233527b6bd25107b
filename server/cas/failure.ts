/**
 * Every failure of ticket validation and of proxy requests: its code, what the client may read, and where the
 * specification has it. The reason in detail is for the log only. Nothing in a public text comes from the request.
 * docs/refusals.md is made from this table.
 */

export const failures = {
  missingParameter: {
    code: 'INVALID_REQUEST',
    text: 'The parameters service and ticket are both required.',
    section: 'CAS 2.5.3',
  },
  unreadableParameter: {
    code: 'INVALID_REQUEST',
    text: 'A parameter is repeated, too long or holds control characters.',
    section: 'CAS 2.5.3',
  },
  unsupportedFormat: {
    code: 'INVALID_REQUEST',
    text: 'The parameter format must be XML or JSON.',
    section: 'CAS 2.5.1',
  },
  proxyTicket: {
    code: 'INVALID_TICKET_SPEC',
    text: 'A proxy ticket was given where only a service ticket is accepted.',
    section: 'CAS 2.5.3',
  },
  malformedTicket: {
    code: 'INVALID_TICKET',
    text: 'The ticket is not recognized.',
    section: 'CAS 2.5.3',
  },
  unknownTicket: { code: 'INVALID_TICKET', text: 'The ticket is not recognized.', section: 'CAS 2.5.3' },
  usedTicket: { code: 'INVALID_TICKET', text: 'The ticket is not recognized.', section: 'CAS 3.1.1' },
  expiredTicket: { code: 'INVALID_TICKET', text: 'The ticket is not recognized.', section: 'CAS 3.1.1' },
  sessionOver: { code: 'INVALID_TICKET', text: 'The ticket is not recognized.', section: 'CAS 3.1.1' },
  notFromNewLogin: {
    code: 'INVALID_TICKET',
    text: 'The ticket was not issued with the credentials themselves, which renew asks for.',
    section: 'CAS 2.5.3',
  },
  otherService: {
    code: 'INVALID_SERVICE',
    text: 'The ticket was issued for another service.',
    section: 'CAS 2.5.3',
  },
  unregisteredService: {
    code: 'UNAUTHORIZED_SERVICE',
    text: 'The service is not authorized to use this server.',
    section: 'beyond CAS 2.5.3',
  },
  accessDenied: {
    code: 'UNAUTHORIZED_SERVICE',
    text: 'The user is not authorized to use this service.',
    section: 'beyond CAS 2.5.3',
  },
  proxyingRefused: {
    code: 'UNAUTHORIZED_SERVICE_PROXY',
    text: 'The service is not authorized to obtain proxy-granting tickets.',
    section: 'CAS 2.5.3',
  },
  proxyChainRefused: {
    code: 'UNAUTHORIZED_SERVICE_PROXY',
    text: 'A service that the ticket came through is not authorized to proxy.',
    section: 'CAS 2.5.3',
  },
  unusableCallback: {
    code: 'INVALID_PROXY_CALLBACK',
    text: 'The parameter pgtUrl is not an https URL that can be called back.',
    section: 'CAS 2.5.4',
  },
  failedCallback: {
    code: 'INVALID_PROXY_CALLBACK',
    text: 'The proxy callback was not answered with status 200, over https with a trusted certificate.',
    section: 'CAS 2.5.4',
  },
  missingProxyParameter: {
    code: 'INVALID_REQUEST',
    text: 'The parameters pgt and targetService are both required.',
    section: 'CAS 2.7.3',
  },
  unknownProxyGrantingTicket: {
    code: 'INVALID_TICKET',
    text: 'The proxy-granting ticket is not recognized.',
    section: 'CAS 2.7.3',
  },
  proxyGrantingTicketOver: {
    code: 'INVALID_TICKET',
    text: 'The proxy-granting ticket is not recognized.',
    section: 'CAS 2.3, 3.3',
  },
  proxyNotAuthorized: {
    code: 'UNAUTHORIZED_SERVICE',
    text: 'A service that the proxy-granting ticket came through is not authorized to obtain proxy tickets.',
    section: 'CAS 2.7.3',
  },
  targetUnregistered: {
    code: 'UNAUTHORIZED_SERVICE',
    text: 'The target service is not registered with this server.',
    section: 'CAS 2.7.3',
  },
  targetNotAuthorized: {
    code: 'UNAUTHORIZED_SERVICE',
    text: 'Proxy tickets for the target service are not granted to this user.',
    section: 'CAS 2.7.3',
  },
  missingTarget: {
    code: 'INVALID_REQUEST',
    text: 'The parameter TARGET is required.',
    section: 'CAS 4.2.1',
  },
  unreadableSamlRequest: {
    code: 'INVALID_REQUEST',
    text: 'The body is not a SOAP envelope with one SAML 1.1 request for one assertion artifact.',
    section: 'CAS 4.2.2',
  },
  samlVersion: {
    code: 'INVALID_REQUEST',
    text: 'The request is of another SAML version than 1.',
    section: 'CAS 4.2.2',
  },
  internalError: {
    code: 'INTERNAL_ERROR',
    text: 'The ticket could not be validated because of an internal error.',
    section: 'CAS 2.5.3',
  },
} as const satisfies Record<string, Failure>

export interface Failure {
  readonly code: string
  /** Public. */
  readonly text: string
  readonly section: string
}

export type FailureName = keyof typeof failures
