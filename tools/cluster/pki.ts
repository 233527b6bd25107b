// Keys, certificates and kubeconfigs of a cluster, made with openssl. Each is made once and kept.
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeIfChanged } from '../system/cache.ts'
import { run } from '../system/command.ts'

/** Who a certificate is for. Kubernetes reads user and groups out of the subject: CN is the user, O a group. */
export type Identity = {
  readonly name: string
  readonly user: string
  readonly group?: string
  /** Subject alternative names, as openssl spells them: `IP:127.0.0.1`, `DNS:localhost`. */
  readonly altNames?: readonly string[]
}

const days = '3650'
const ellipticCurve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

/** Makes the authority `ca` and the pair `sa` that signs the tokens of service accounts. */
export async function makeAuthority(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  if (existsSync(join(directory, 'sa.pub'))) return
  const openssl = (...args: string[]) => run('openssl', args, { cwd: directory })
  const authority = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign,digitalSignature']
  await openssl(
    'req',
    '-x509',
    ...ellipticCurve,
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
    '-days',
    days,
    '-subj',
    '/CN=caspool-ca',
    ...authority,
  )
  await openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'sa.key')
  await openssl('ec', '-in', 'sa.key', '-pubout', '-out', 'sa.pub')
}

/** Makes `NAME.crt` and `NAME.key`, good for both ends of TLS. */
export async function makeCertificate(directory: string, identity: Identity): Promise<void> {
  const { name, user, group, altNames = [] } = identity
  if (existsSync(join(directory, `${name}.crt`))) return
  const openssl = (...args: string[]) => run('openssl', args, { cwd: directory })
  const subject = `${group === undefined ? '' : `/O=${group}`}/CN=${user}`
  const extensions = [
    `subjectAltName=${[`DNS:${name}`, ...altNames].join(',')}`,
    'extendedKeyUsage=serverAuth,clientAuth',
  ]
  await writeFile(join(directory, `${name}.ext`), `${extensions.join('\n')}\n`)
  await openssl('req', ...ellipticCurve, '-keyout', `${name}.key`, '-subj', subject, '-out', `${name}.csr`)
  const signer = [
    '-CA',
    'ca.crt',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    days,
    '-extfile',
    `${name}.ext`,
  ]
  await openssl('x509', '-req', '-in', `${name}.csr`, ...signer, '-out', `${name}.tmp`)
  await rename(join(directory, `${name}.tmp`), join(directory, `${name}.crt`))
}

/** Writes a kubeconfig that holds everything it needs (readable by its owner only). */
export async function writeKubeconfig(
  file: string,
  { server, pki, name }: { server: string; pki: string; name: string },
): Promise<void> {
  const base64 = async (part: string) => (await readFile(join(pki, part))).toString('base64')
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'caspool', cluster: { server, 'certificate-authority-data': await base64('ca.crt') } },
    ],
    users: [
      {
        name,
        user: {
          'client-certificate-data': await base64(`${name}.crt`),
          'client-key-data': await base64(`${name}.key`),
        },
      },
    ],
    contexts: [{ name: 'caspool', context: { cluster: 'caspool', user: name } }],
    'current-context': 'caspool',
  }
  // JSON is YAML.
  await writeIfChanged(file, `${JSON.stringify(content, undefined, 2)}\n`, 0o600)
}
