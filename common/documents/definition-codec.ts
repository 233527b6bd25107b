/**
 * Between `ServiceDefinition` and its document in `cas-service-registry` (Apereo's MongoDB form). Encoding writes
 * what an Apereo CAS reads back; decoding understands what an Apereo CAS has written and refuses, with the path,
 * what restricts access and is not honoured here.
 */
import type { DecodedDefinition, ServiceDefinition, StoredDocument } from './service-definition.ts'

/** The document of a definition. Throws TypeError for what validation should have refused (map keys, 64-bit range). */
export function encodeDefinition(_definition: ServiceDefinition): StoredDocument {
  throw new TypeError('not yet')
}

/** The definition in a document; never throws, whatever the document holds. */
export function decodeDefinition(_document: StoredDocument): DecodedDefinition {
  throw new TypeError('not yet')
}
