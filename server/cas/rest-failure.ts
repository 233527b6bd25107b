/** Every refusal of the REST protocol: its status and what the client may read. Nothing in it comes from the request. */

export const restFailures = {
  unreadable: { status: 400, text: 'A parameter is repeated, too long or holds control characters.' },
  noCredentials: { status: 400, text: 'The parameters username and password are both required.' },
  noService: { status: 400, text: 'The parameter service is required.' },
  unauthorizedService: { status: 400, text: 'The service is not authorized to use this server.' },
  wrongCredentials: { status: 401, text: 'FailedLoginException' },
  otherUser: { status: 401, text: 'MixedPrincipalException' },
  accessDenied: { status: 401, text: 'PrincipalException' },
  credentialsNeeded: { status: 401, text: 'UnauthorizedSsoServiceException' },
  unknownTicket: { status: 404, text: 'is not a live ticket of this server.' },
  notAForm: { status: 415, text: 'The body must be application/x-www-form-urlencoded.' },
} as const satisfies Record<string, RestFailure>

interface RestFailure {
  readonly status: 400 | 401 | 404 | 415
  /** Of a 401 the name in `authentication_exceptions`, by which clients of Apereo CAS tell reasons apart. */
  readonly text: string
}

export type RestFailureName = keyof typeof restFailures
