/** Files that options of `caspool demo` name. What cannot be used is refused with the option's name. */
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { certificatesIn } from '../common/certificates.ts'
import { reasonOf } from '../common/fault.ts'
import type { TlsFiles } from '../local/address.ts'
import { UsageError } from './usage.ts'

/** PEM certificates of the authorities in a file; none without one. */
export async function certificatesOf(path: string | undefined): Promise<readonly string[]> {
  if (path === undefined || path === '') return []
  const text = await textOf('--trust-ca', path)
  try {
    return certificatesIn(new Map([[path, text]]))
  } catch (error) {
    throw new UsageError(`--trust-ca: ${reasonOf(error)}`)
  }
}

/** Certificate chain and key, which have to belong together. Undefined without either. */
export async function tlsFilesOf(
  certFile: string | undefined,
  keyFile: string | undefined,
): Promise<TlsFiles | undefined> {
  if (!certFile && !keyFile) return undefined
  if (!certFile || !keyFile) throw new UsageError('--tls-cert and --tls-key go together')
  const tls = { cert: await textOf('--tls-cert', certFile), key: await textOf('--tls-key', keyFile) }
  try {
    createSecureContext(tls)
  } catch (error) {
    throw new UsageError(
      `--tls-cert ${certFile} and --tls-key ${keyFile} are no PEM certificate with its key: ${reasonOf(error)}`,
    )
  }
  return tls
}

function textOf(option: string, path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error) => {
    throw new UsageError(`${option}: ${reasonOf(error)}`)
  })
}
