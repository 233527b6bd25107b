// Writes the documentation that is made from declarations in the code and from the CRDs. `--check` only compares.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { generatedPages } from './docs/pages.ts'

const root = resolve(import.meta.dirname, '..')
const stale = generatedPages(root).filter(({ path, text }) => read(join(root, path)) !== text)

if (process.argv.includes('--check')) {
  if (stale.length > 0) {
    process.stderr.write(`out of date: ${stale.map(({ path }) => path).join(', ')}; run \`make docs\`\n`)
    process.exit(1)
  }
} else {
  for (const { path, text } of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
