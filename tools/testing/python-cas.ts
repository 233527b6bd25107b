// python-cas, a CAS client that Python applications use: installed from PyPI into the user's cache.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheDirectory, contentKey, fillOnce } from '../system/cache.ts'
import { CommandFault, findProgram, run } from '../system/command.ts'

export interface PythonCasQuestion {
  readonly version: 1 | 2 | 3 | 'CAS_2_SAML_1_0'
  /** Base URL of the CAS endpoints, with a slash at its end. */
  readonly server: string
  readonly service: string
  /** Proxy callback. */
  readonly callback?: string
  /** A method of its client. */
  readonly call: string
  readonly arguments: readonly string[]
}

const requirements = join(import.meta.dirname, 'python-cas/requirements.txt')
const script = join(import.meta.dirname, 'python-cas/ask.py')

/** What the method returns; `error`: what it raises. */
export async function askPythonCas(
  question: PythonCasQuestion,
): Promise<{ value?: unknown; error?: string[] }> {
  const env = { PYTHONPATH: await home() }
  return JSON.parse(await run('python3', [script, JSON.stringify(question)], { env }))
}

/** Why python-cas cannot be had on this machine, after trying to install it; undefined when it is there. */
export async function pythonCasUnavailable(): Promise<string | undefined> {
  if (findProgram('python3') === undefined) return 'no python3 found'
  try {
    const target = await home()
    await fillOnce(target, async (temporary) => {
      process.stderr.write('installing python-cas from PyPI\n')
      const options = ['--quiet', '--no-deps', '--only-binary=:all:', '--target', temporary]
      await run('python3', ['-m', 'pip', 'install', ...options, '--requirement', requirements])
    })
    await run('python3', ['-c', 'import cas'], { env: { PYTHONPATH: target } })
    return undefined
  } catch (error) {
    if (!(error instanceof CommandFault)) throw error
    return `python-cas cannot be installed: ${error.message.split('\n').slice(0, 2).join(': ')}`
  }
}

let found: Promise<string> | undefined
function home(): Promise<string> {
  found ??= findHome()
  return found
}

/** Wheels differ between versions of Python. */
async function findHome(): Promise<string> {
  const version = await run('python3', ['-c', 'import sys; print(sys.version_info[:2], sys.platform)'])
  return cacheDirectory('python-cas', contentKey([await readFile(requirements), version]))
}
