/**
 * Names of configuration properties as people write them: Spring's spellings, slips, names that belong elsewhere, and
 * names of secrets, which have no place among properties.
 */
import { editDistance } from '../near-name.ts'
import { hasUrlPassword, urlParameters } from './url-secrets.ts'

/** Spring takes `timeToKill`, `time-to-kill` and `time_to_kill` for one name. */
export function relaxed(name: string): string {
  return name.replace(/[-_]/g, '').toLowerCase()
}

/** Names of Apereo's, and all below them, whose place is in another field; relaxed. */
const elsewhere: readonly (readonly [name: string, where: string])[] = [
  ['cas.server.name', 'spec.serverUrl says it, and servers start anew for it'],
  ['cas.server.prefix', 'spec.serverUrl says it, and servers start anew for it'],
  ['cas.authn.accept', 'spec.authentication.staticUsers names a Secret with users'],
  ['cas.serviceregistry.mongo', 'spec.mongodb says where the database is'],
  ['cas.ticket.registry.mongo', 'spec.mongodb says where the database is'],
  ['cas.tgc.crypto', 'the keys of a pool are made by the operator'],
  ['cas.webflow.crypto', 'the keys of a pool are made by the operator'],
  ['cas.httpclient.truststore', 'spec.trustedCAs names certificates'],
  ['cas.httpclient.allowlocalurls', 'spec.outbound.allow lists private addresses'],
]

/** Where a property is said that is none of ours; undefined: nowhere. */
export function placeOf(name: string): string | undefined {
  const written = relaxed(name)
  return elsewhere.find(([known]) => written === known || written.startsWith(`${known}.`))?.[1]
}

const secretName =
  /(password|passwd|pwd|passphrase|passcode|secret|(secret|private|client|shared|master|signing|encryption|application|api|access|hmac|license)key|(access|auth|bearer|api)token|credentials?|salt|authorization)(\.value)?$|\.(key|psw|token)$|^cas\.authn\.accept(\.users)?$/
/** As words of their own: relaxed names would take `spin` and `bypass` for one. */
const secretWord = /[._-](pin|Pin|PIN|pass|Pass|PASS)$|[a-z0-9](Pin|Pass)$/
const privateKey = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY/
/** `600`, `-1`, `0.5`, `30s`, `PT8H`. */
const numberOrDuration = /^-?(\d+(\.\d+)?([a-z]{1,2})?|P[\dTDHMS.]+)$/i

/**
 * Whether a property holds something that must not be shown. Its name says so, by how it ends: `password`, `secret`,
 * `salt`, `authorization` and the like; keys and tokens of the kinds that are secrets, since names of parameters and of
 * public keys end in `key`, too; any other `token` whose value is no number or duration. Or its value does: a private
 * key, or a URL with a password. `true` and `false` are never a secret.
 */
export function isSecret(name: string, text: string): boolean {
  // As of `cas.http-web-request.cors.allow-credentials`.
  if (/^(?:true|false)$/i.test(text)) return false
  if (isSecretName(name) || (isToken(name) && !numberOrDuration.test(text))) return true
  return privateKey.test(text) || hasUrlPassword(text) || urlParameters(text).some(isSecretParameter)
}

function isSecretName(name: string): boolean {
  const plain = withoutBrackets(name)
  return secretName.test(relaxed(plain)) || secretWord.test(plain)
}

const isToken = (name: string): boolean => relaxed(withoutBrackets(name)).endsWith('token')

/** `users[0]` -> `users`, `headers[Authorization]` -> `headers.Authorization`. */
const withoutBrackets = (name: string): string =>
  name
    .replace(/\[\d*\]/g, '')
    .replaceAll('[', '.')
    .replaceAll(']', '')

/** Of a URL, where `key` may be anything. */
function isSecretParameter(name: string): boolean {
  return isSecretName(name) || isToken(name)
}

/** What to tell about a name that is none of ours: its place, or the known name that comes close. */
export function unknownReason(name: string, known: readonly string[]): string {
  const place = placeOf(name)
  if (place !== undefined) return `is not set here: ${place}`
  const nearest = nearestProperty(name, known)
  return nearest === undefined ? 'is not known' : `is not known; did you mean ${nearest}?`
}

/** The known name that a written one comes closest to; undefined: none is near. */
function nearestProperty(name: string, known: readonly string[]): string | undefined {
  if (name.length > 200) return undefined
  const limit = Math.floor(Math.max(3, name.length / 4))
  const distances = known.map((one) => ({ known: one, distance: distanceTo(one, name, limit) }))
  const nearest = distances.toSorted((a, b) => a.distance - b.distance)[0]
  return nearest !== undefined && nearest.distance <= limit ? nearest.known : undefined
}

/** Of a shorter name, what it names counts, in whole groups or not: the rest may be what its writer does not know. */
function distanceTo(known: string, written: string, limit: number): number {
  const distance = (meant: string) => editDistance(relaxed(written), meant, limit) ?? Number.POSITIVE_INFINITY
  const whole = distance(relaxed(known))
  const groups = written.split('.').length
  if (groups < 3) return whole
  const grouped = known.split('.').slice(0, groups).join('.')
  const cut = relaxed(known).slice(0, relaxed(written).length)
  return Math.min(whole, distance(relaxed(grouped)), distance(cut))
}
