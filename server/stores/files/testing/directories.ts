/** Directories of definitions for tests. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A definition's JSON as people write it. */
export function definitionJson(id: number | bigint | string, name = `app${id}`, more = ''): string {
  return `{
  "@class": "org.apereo.cas.services.CasRegisteredService",
  "serviceId": "^https://${name}\\\\.example\\\\.org/.*",
  "name": "${name}",
  "id": ${id},${more}
  "evaluationOrder": ${id}
}
`
}

export function newDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'caspool-definitions-'))
}

export const removeDirectory = (directory: string): Promise<void> =>
  rm(directory, { recursive: true, force: true })

export async function writeDefinition(directory: string, id: number, name = `app${id}`): Promise<void> {
  await writeFile(join(directory, `${name}-${id}.json`), definitionJson(id, name))
}
