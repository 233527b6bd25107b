// A real Chromium for tests: $CHROMIUM, else on PATH, else installed from Debian's packages when root.
import { findWanted, wantedUnavailable } from '../system/distribution.ts'

const chromium = {
  what: 'Chromium',
  variable: 'CHROMIUM',
  names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  packages: ['chromium', 'fonts-liberation'],
}

/** The browser's path, or undefined. Installs nothing. */
export const findBrowser = (): string | undefined => findWanted(chromium)

/** Why there is no browser, after trying to install one; undefined when there is one. */
export const browserUnavailable = (): Promise<string | undefined> => wantedUnavailable(chromium)
