/** The database of a pool that `caspool demo` runs. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { homeAt } from '../../local/home.ts'
import { UsageError } from '../usage.ts'

/** Connection string of the running pool. Throws UsageError when there is none. */
export async function databaseOfHome(directory: string): Promise<string> {
  const { pool } = homeAt(resolve(directory))
  const text = await readFile(pool, 'utf8').catch(() => {
    throw new UsageError(
      `${pool} is not there: no pool runs with --home ${directory} (caspool demo starts one)`,
    )
  })
  const { mongodb } = JSON.parse(text) as { readonly mongodb: { readonly uri: string } }
  return mongodb.uri
}
