/** Paths of a stored document as a CasService calls them. Pure. */

const manifestPaths: readonly (readonly [RegExp, string])[] = [
  [/^_id$/, 'metadata.name'],
  [/^name$/, 'spec.displayName'],
  [/^expirationPolicy\.expirationDate/, 'spec.expiresAt'],
  [/^accessStrategy\.startingDateTime/, 'spec.access.notBefore'],
  [/^accessStrategy\.endingDateTime/, 'spec.access.notAfter'],
  [/^accessStrategy\b/, 'spec.access'],
  [/^attributeReleasePolicy\.attributeFilter\.pattern/, 'spec.attributes.valuePattern'],
  [/^attributeReleasePolicy\.policies/, 'spec.attributes.chain.policies'],
  [/^attributeReleasePolicy\b/, 'spec.attributes'],
  [/^usernameAttributeProvider\.persistentIdGenerator/, 'spec.username.anonymous'],
  [/^usernameAttributeProvider\b/, 'spec.username'],
  [/^proxyPolicy\.pattern/, 'spec.proxy.callbackPattern'],
  [/^logoutType/, 'spec.logout.type'],
  [/^logoutUrl/, 'spec.logout.url'],
]

/** `accessStrategy.requiredAttributes` -> `spec.access.requiredAttributes`. */
export function manifestPath(documentPath: string): string {
  const found = manifestPaths.find(([form]) => form.test(documentPath))
  return found === undefined ? `spec.${documentPath}` : documentPath.replace(found[0], () => found[1])
}
