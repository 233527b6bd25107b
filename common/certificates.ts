/** Certificates of authorities that an administrator trusts, out of PEM text. */
import { X509Certificate } from 'node:crypto'
import { reasonOf } from './fault.ts'

const certificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** The certificates in these texts (by name of their file). Throws Error, naming the file, where there is none. */
export function certificatesIn(files: ReadonlyMap<string, string>): readonly string[] {
  return Array.from(files).flatMap(([name, text]) => {
    const found = text.match(certificate) ?? []
    if (found.length === 0) throw new Error(`${name} holds no PEM certificate`)
    for (const pem of found) checkReadable(name, pem)
    return found
  })
}

function checkReadable(name: string, pem: string): void {
  try {
    new X509Certificate(pem)
  } catch (error) {
    throw new Error(`${name} holds a certificate that cannot be read: ${reasonOf(error)}`)
  }
}
