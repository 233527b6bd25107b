/** Calls the commands as people and pipelines do: processes with arguments, in a directory of their own. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'

export interface Outcome {
  readonly status: number | null
  readonly output: string
  readonly errors: string
}

const main = resolve(import.meta.dirname, '../../main.ts')

export const services = 'org.apereo.cas.services'

/** A definition of its own host, by id. */
export const definition = (id: number, fields: object = {}) => ({
  '@class': `${services}.CasRegisteredService`,
  serviceId: `^https://app-${id}\\.example\\.org(/.*)?$`,
  name: `App ${id}`,
  id,
  ...fields,
})

/** A new directory in which commands run; `remove` deletes it. */
export function commandHome() {
  const home = mkdtempSync(join(tmpdir(), 'caspool-cli-'))
  const start = (args: readonly string[]): ChildProcessWithoutNullStreams =>
    spawn(process.execPath, [main, ...args], { cwd: home })
  return {
    home,
    start,
    async caspool(args: readonly string[], input = ''): Promise<Outcome> {
      const child = start(args)
      child.stdin.end(input)
      const [output, errors] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close'),
      ])
      return { status: child.exitCode, output, errors }
    },
    /** A directory with a file for each definition. */
    async directory(name: string, ...definitions: readonly { readonly id: number }[]): Promise<string> {
      await mkdir(join(home, name), { recursive: true })
      for (const one of definitions) {
        await writeFile(join(home, name, `App-${one.id}.json`), JSON.stringify(one, undefined, 2))
      }
      return name
    },
    filesIn: async (name: string) => (await readdir(join(home, name))).toSorted(),
    remove: () => rm(home, { recursive: true, force: true }),
  }
}
