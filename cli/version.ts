/** The version of this software, from the package it came in. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** `0.1.0`, or `unknown` when no package.json stands above this file. */
export function softwareVersion(): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'package.json')
    if (existsSync(path)) return String(JSON.parse(readFileSync(path, 'utf8')).version)
  }
  return 'unknown'
}
