import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { binDirectory, kubernetesVersion, programs } from './recipe.ts'

const goModule = readFileSync(join(import.meta.dirname, 'go.mod'), 'utf8')

it('replaces every staging module of Kubernetes by the release that belongs to it', () => {
  const release = kubernetesVersion.replace(/^v1\./, 'v0.')
  const replaced = [...goModule.matchAll(/^\t\S+ => \S+ (v\S+)$/gm)].map(([, version]) => version)
  expect(replaced.length).toBeGreaterThan(25)
  expect(new Set(replaced)).toEqual(new Set([release]))
})

it('knows a version for every program: its own, or the one in go.mod', () => {
  const unpinned = programs.filter(({ version }) => version === undefined).map((program) => program.package)
  for (const name of unpinned) expect(goModule).toContain(`\t${name}\n`)
})

it('keeps built programs in a directory named after the Kubernetes version and the whole recipe', () => {
  expect(binDirectory).toMatch(/kubernetes\/v1\.\d+\.\d+-[0-9a-f]{12}$/)
})

it('shows all its commands in the help', () => {
  const help = execFileSync(join(import.meta.dirname, 'cluster'), ['--help'], { encoding: 'utf8' })
  for (const command of ['up', 'down', 'clean', 'status', 'load', 'env', 'build', 'doctor', 'apiserver']) {
    expect(help).toContain(`cluster ${command}`)
  }
})
