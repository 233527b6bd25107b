/** Names that Kubernetes takes for a CasService. Pure. */

const maxLength = 253
const label = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?'
const form = new RegExp(`^${label}(?:\\.${label})*$`)

/** A DNS subdomain (RFC 1123). Files are called after it: no such name leads out of a directory. */
export function isServiceName(name: unknown): name is string {
  return typeof name === 'string' && name.length <= maxLength && form.test(name)
}
