// Copies crds/*.yaml into the operator's chart, which cannot read files outside of itself. `--check` only compares.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const source = join(root, 'crds')
const copies = join(root, 'helm/cas-operator/crds-source')
const names = readdirSync(source).filter((name) => name.endsWith('.yaml'))

const stale = names.filter((name) => read(join(copies, name)) !== read(join(source, name)))
if (process.argv.includes('--check')) {
  if (stale.length > 0) {
    process.stderr.write(`differs from crds/: ${stale.join(', ')} in helm/cas-operator; run \`make crds\`\n`)
    process.exit(1)
  }
} else {
  mkdirSync(copies, { recursive: true })
  for (const name of stale) writeFileSync(join(copies, name), read(join(source, name)) ?? '')
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
