/**
 * The map of who may import whom, and the size budgets. Scans import lines as text; whatever is not allowed here
 * is forbidden.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, it } from '@jest/globals'

const root = resolve(import.meta.dirname, '..')

/** Folder -> folders it may import from, besides itself. The longest matching folder decides. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  common: [],
  'server/tickets': ['common'],
  'server/services': ['common', 'server/tickets'],
  'server/config': ['common'],
  'server/registry': ['common', 'server/services', 'server/config', 'server/tickets'],
  'server/authn': ['common', 'server/tickets'],
  'server/cas': [
    'common',
    'server/tickets',
    'server/services',
    'server/authn',
    'server/registry',
    'server/config',
    'server/outbound',
  ],
  'server/saml1': ['common', 'server/tickets', 'server/cas'],
  'server/http': [
    'common',
    'server/tickets',
    'server/services',
    'server/authn',
    'server/registry',
    'server/cas',
    'server/saml1',
  ],
  'server/slo': [
    'common',
    'server/tickets',
    'server/services',
    'server/registry',
    'server/outbound',
    'server/cas',
  ],
  'server/outbound': ['common'],
  'server/stores': ['common', 'server/tickets', 'server/services', 'server/slo', 'server/replication'],
  'server/replication': ['common'],
  'server/test': ['common', 'server', 'tools'],
  server: ['common', 'server'],
  'operator/api': ['common'],
  'operator/mongo': ['common'],
  'operator/registry': ['common', 'operator/api'],
  'operator/kube': ['common', 'operator/api'],
  'operator/desired': ['common', 'operator/api'],
  'operator/decide': [
    'common',
    'operator/api',
    'operator/mongo',
    'operator/registry',
    'operator/observe',
    'operator/desired',
  ],
  'operator/observe': [
    'common',
    'operator/api',
    'operator/mongo',
    'operator/kube',
    'operator/desired',
    'operator/registry',
  ],
  'operator/apply': ['common', 'operator/api', 'operator/kube', 'operator/desired'],
  'operator/controller': ['common', 'operator'],
  'operator/test': ['common', 'operator', 'tools'],
  operator: ['common', 'operator'],
  local: ['common', 'operator/api', 'operator/mongo', 'operator/registry', 'tools/mongod', 'tools/system'],
  cli: [
    'common',
    'operator/api',
    'operator/registry',
    'local',
    'server/authn',
    'server/stores/files',
    'server/services',
    'tools/mongod',
    'tools/system',
  ],
  tools: ['common', 'tools'],
  // The documentation is made from what both processes declare.
  'tools/docs': ['common', 'server', 'operator', 'tools'],
  e2e: ['common', 'operator/api', 'tools', 'e2e'],
  // What happens between operator and servers is seen from both.
  'e2e/chaos': ['common', 'operator', 'server/test', 'tools'],
  bench: ['common', 'server', 'operator', 'tools', 'e2e', 'bench'],
}

/** Package -> folders or files (prefixes) that may import it. Packages that are not here may be imported nowhere. */
const packages: Readonly<Record<string, readonly string[]>> = {
  '@xmldom/xmldom': ['server/saml1', 'server/test'],
  express: ['server/http', 'server/app.ts'],
  'hazelcast-client': ['server/stores/hazelcast'],
  mongodb: [
    'common/mongo-client.ts',
    'common/stored-bytes',
    'server/stores/mongo',
    'operator/mongo',
    'operator/registry',
    'local',
    'cli/registry/database.ts',
    'tools/',
    'e2e/',
    'bench/',
  ],
  pino: ['common/log.ts'],
  re2js: ['common/documents'],
  undici: ['operator/kube'],
  '@kubernetes/client-node': ['operator/kube', 'e2e/', 'tools/'],
  'js-yaml': [
    'common/apereo',
    'common/documents',
    'operator/api',
    'operator/test',
    'local',
    'cli',
    'tools/',
    'e2e/',
    'bench/',
  ],
  'http-proxy-3': ['local'],
  'http-cas-client': ['server/test'],
  'playwright-core': ['e2e/', 'tools/'],
}

/** Tests may import these, and anything of the project. */
const testPackages = new Set(['@jest/globals', 'fast-check', ...Object.keys(packages)])

const files = sources(root)
const importLine =
  /^(?:import|export)\b[^'"]*?from\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm

it('imports only along the allowed directions', () => {
  expect(files.flatMap(forbiddenImports)).toEqual([])
})

it('keeps every file within 400 lines', () => {
  const long = files.filter((file) => read(file).split('\n').length > 401)
  expect(long).toEqual([])
})

it('asks the clock and the random generator of the system only in common/clock.ts', () => {
  const pattern = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\brandom(Bytes|UUID|Int)\b/
  const product = files.filter(
    (f) => /^(common|server|operator)\//.test(f) && !isTest(f) && f !== 'common/clock.ts',
  )
  expect(product.filter((file) => pattern.test(read(file)))).toEqual([])
})

it('reads process.env only at the edges', () => {
  const product = files.filter(
    (f) => /^(common|server|operator|local)\//.test(f) && !isTest(f) && !f.endsWith('/main.ts'),
  )
  expect(product.filter((file) => /process\.env\b/.test(read(file)))).toEqual([])
})

function forbiddenImports(file: string): string[] {
  const imports = [...read(file).matchAll(importLine)].map((m) => m[1] ?? m[2] ?? m[3] ?? '')
  return imports.filter((target) => !mayImport(file, target)).map((target) => `${file} imports ${target}`)
}

function mayImport(file: string, target: string): boolean {
  if (target.startsWith('node:')) return true
  if (target.includes('${')) return file.startsWith('tools/')
  if (target.startsWith('.'))
    return isTest(file) || mayReach(file, relative(root, resolve(root, dirname(file), target)))
  const name = target.startsWith('@') ? target.split('/').slice(0, 2).join('/') : (target.split('/')[0] ?? '')
  if (isTest(file)) return testPackages.has(name)
  return (packages[name] ?? []).some((prefix) => file.startsWith(prefix))
}

function mayReach(file: string, target: string): boolean {
  const own = folderOf(file)
  return [own, ...(allowed[own] ?? [])].some((folder) => target.startsWith(`${folder}/`))
}

function folderOf(file: string): string {
  const folders = Object.keys(allowed).filter((folder) => file.startsWith(`${folder}/`))
  return folders.sort((a, b) => b.length - a.length)[0] ?? ''
}

function isTest(file: string): boolean {
  return file.endsWith('.test.ts') || /(^|\/)(contract|testing)\//.test(file)
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    if (['node_modules', 'dist', 'build', '.git'].includes(name)) return []
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return sources(path)
    return name.endsWith('.ts') ? [relative(root, path)] : []
  })
}
