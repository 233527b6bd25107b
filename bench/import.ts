/** What `caspool import` and `caspool lint` cost for 10,000 definitions in files, as processes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { writeDefinitionText } from '../common/apereo/definition-text.ts'
import { definitionFileName } from '../common/apereo/file-names.ts'
import { type Figure, seconds } from './figure.ts'

const main = resolve(import.meta.dirname, '../cli/main.ts')
const count = 10_000
const services = 'org.apereo.cas.services'

/** As people write them: mostly one host, some with a regular expression, rules and released attributes. */
function document(number: number) {
  const host = `app-${number}\\.example\\.org`
  const serviceId =
    number % 5 === 0 ? `^https://(www\\.)?${host}(:\\d+)?/(a|b)\\d*/.*` : `^https://${host}(/.*)?$`
  return {
    _id: BigInt(number + 1),
    _class: `${services}.CasRegisteredService`,
    name: `Application ${number % 9000}`,
    serviceId,
    evaluationOrder: number % 10,
    description: 'An application',
    accessStrategy: {
      _class: `${services}.DefaultRegisteredServiceAccessStrategy`,
      requiredAttributes: { memberOf: ['^staff$'] },
    },
    attributeReleasePolicy: {
      _class: `${services}.ReturnAllowedAttributeReleasePolicy`,
      allowedAttributes: ['cn', 'mail'],
    },
  }
}

async function run(args: readonly string[]): Promise<{ readonly ms: number; readonly last: string }> {
  const started = performance.now()
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += String(chunk)
  })
  await once(child, 'close')
  return { ms: performance.now() - started, last: errors.trim().split('\n').at(-1) ?? '' }
}

export async function importFigures(): Promise<Figure[]> {
  const home = await mkdtemp(join(tmpdir(), 'caspool-bench-'))
  try {
    const [files, manifests] = [join(home, 'files'), join(home, 'manifests')]
    await mkdir(files)
    for (let number = 0; number < count; number++) {
      const one = document(number)
      const name = definitionFileName({ name: one.name, id: one._id }, 'json')
      await writeFile(join(files, name), writeDefinitionText(one, 'json'))
    }
    const imported = await run(['import', files, '--cluster', 'sso', '--output', manifests])
    const written = (await readdir(manifests).catch(() => [])).length
    if (written !== count) throw new Error(`${written} of ${count} were imported: ${imported.last}`)
    const again = await run(['import', files, '--cluster', 'sso', '--output', manifests])
    const linted = await run(['lint', files])
    const definitions = `${count.toLocaleString('en')} definitions in files`
    return [
      { what: `importing ${definitions}`, value: seconds(imported.ms), target: '20 s' },
      { what: `importing them again, nothing changed`, value: seconds(again.ms) },
      { what: `linting ${definitions}`, value: seconds(linted.ms) },
    ]
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}
