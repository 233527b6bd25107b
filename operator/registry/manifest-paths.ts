/** Paths in a CasService, and the paths in a stored document that say the same. Pure. */

/** The longest first: what stands behind is kept. */
const documentPaths: readonly (readonly [RegExp, string])[] = [
  [/^spec\.(match\b.*|serviceId)$/, 'serviceId'],
  [/^spec\.displayName/, 'name'],
  [/^spec\.expiresAt/, 'expirationPolicy.expirationDate'],
  [/^spec\.access\b/, 'accessStrategy'],
  [/^spec\.attributes\.chain\.policies/, 'attributeReleasePolicy.policies'],
  [/^spec\.attributes\.chain\.merging/, 'attributeReleasePolicy.mergingPolicy'],
  [/^spec\.attributes\.valuePattern/, 'attributeReleasePolicy.attributeFilter.pattern'],
  [/^spec\.attributes\b/, 'attributeReleasePolicy'],
  [/^spec\.username\.anonymous\b/, 'usernameAttributeProvider.persistentIdGenerator'],
  [/^spec\.username\.static/, 'usernameAttributeProvider.value'],
  [/^spec\.username\.attribute/, 'usernameAttributeProvider.usernameAttribute'],
  [/^spec\.username\b/, 'usernameAttributeProvider'],
  [/^spec\.proxy\.callbackPattern/, 'proxyPolicy.pattern'],
  [/^spec\.logout\.type/, 'logoutType'],
  [/^spec\.logout\.url/, 'logoutUrl'],
  [/^spec\.tickets\.serviceTicket\b/, 'serviceTicketExpirationPolicy'],
  [/^spec\.tickets\.proxyTicket\b/, 'proxyTicketExpirationPolicy'],
  [/^spec\.tickets\.proxyGrantingTicket\b/, 'proxyGrantingTicketExpirationPolicy'],
  [/^spec\.tickets\.session\b/, 'ticketGrantingTicketExpirationPolicy'],
]

/** `spec.access.requiredAttributes["member.of"][1]` -> `accessStrategy.requiredAttributes.member.of.1`. */
export function documentPath(path: string): string {
  const found = documentPaths.find(([form]) => form.test(path))
  const renamed = found === undefined ? path.replace(/^spec\./, '') : path.replace(found[0], () => found[1])
  return renamed
    .replace(/\["((?:[^"\\]|\\.)*)"\]/g, '.$1')
    .replace(/\[(\d+)\]/g, '.$1')
    .replace(
      /^(attributeReleasePolicy(?:\.policies\.\d+)?)\.(allowed|mapped|multiMapped|patterns|static)\b/,
      '$1.allowedAttributes',
    )
    .replace(/^(attributeReleasePolicy\.policies\.\d+)\.valuePattern/, '$1.attributeFilter.pattern')
}
