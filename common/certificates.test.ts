import { rootCertificates } from 'node:tls'
import { expect, it } from '@jest/globals'
import { certificatesIn } from './certificates.ts'

const [first = '', second = ''] = rootCertificates
const files = (text: string) => new Map([['ca.pem', text]])

it('takes all certificates of a file, and leaves what stands between them', () => {
  expect(certificatesIn(files(`# ours\n${first}\n# theirs\n${second}\n`))).toEqual([first, second])
})

it('refuses a file without certificates, or with one that cannot be read, and names it', () => {
  expect(() => certificatesIn(files('-----BEGIN PRIVATE KEY-----'))).toThrow(
    'ca.pem holds no PEM certificate',
  )
  const broken = '-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----'
  expect(() => certificatesIn(files(broken))).toThrow('ca.pem holds a certificate that cannot be read')
})
