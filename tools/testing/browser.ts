// A real Chromium for tests: $CHROMIUM, else on PATH, else installed from Debian's packages when root.
import { findProgram, tryRun } from '../system/command.ts'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** The browser's path, or undefined. Installs nothing. */
export function findBrowser(): string | undefined {
  const named = process.env['CHROMIUM']
  if (named !== undefined && named !== '') return named
  return names.map(findProgram).find((path) => path !== undefined)
}

/** Why there is no browser, after trying to install one; undefined when there is one. */
export async function browserUnavailable(): Promise<string | undefined> {
  if (findBrowser() !== undefined) return undefined
  const mayInstall = process.getuid?.() === 0 && findProgram('apt-get') !== undefined
  if (!mayInstall) return 'no Chromium found: install one or set CHROMIUM to its path'
  process.stderr.write('installing chromium from the distribution (apt-get)\n')
  const environment = { env: { DEBIAN_FRONTEND: 'noninteractive' } }
  await tryRun('apt-get', ['update', '-qq'], environment)
  const packages = ['chromium', 'fonts-liberation']
  await tryRun('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], environment)
  return findBrowser() === undefined ? 'no Chromium found, and apt-get could not install one' : undefined
}
