/** The local pool as a person starts it: the command, its output, its end. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

export interface DemoOptions {
  readonly home: string
  readonly port: number
  readonly manifests: string
}

/** What `pool.json` says. */
export interface PoolFile {
  readonly url: string
  readonly pid: number
  readonly servers: readonly { readonly name: string; readonly url: string; readonly management: string }[]
  readonly mongodb: { readonly uri: string; readonly members: readonly string[] }
}

export interface Demo {
  /** All that was printed so far. */
  output(): string
  /** Resolves when the output holds the text after position `from`; rejects when the process ends or `withinMs` pass. */
  prints(text: string, from?: number, withinMs?: number): Promise<void>
  pool(): PoolFile
  /** SIGINT, as Ctrl-C does; resolves with the exit status. */
  interrupt(): Promise<number | null>
  readonly ended: Promise<number | null>
}

/** Starts `caspool demo` as `make demo` does. */
export function startDemo({ home, port, manifests }: DemoOptions): Demo {
  const args = ['cli/main.ts', 'demo', '--home', home, '--port', String(port), '--manifests', manifests]
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const ended = once(child, 'exit').then(([status]) => status as number | null)
  return {
    output: () => output,
    prints: (text, from = 0, withinMs = 90_000) =>
      waitForText({ child, read: () => output, text, from, withinMs }),
    pool: () => JSON.parse(readFileSync(join(home, 'pool.json'), 'utf8')) as PoolFile,
    interrupt() {
      child.kill('SIGINT')
      return ended
    },
    ended,
  }
}

interface TextWait {
  readonly child: ChildProcess
  readonly read: () => string
  readonly text: string
  readonly from: number
  readonly withinMs: number
}

function waitForText({ child, read, text, from, withinMs }: TextWait): Promise<void> {
  return new Promise((resolveWait, reject) => {
    const look = (): void => {
      if (!read().slice(from).includes(text)) return
      done()
      resolveWait()
    }
    const fail = (): void => {
      done()
      reject(new Error(`never printed "${text}":\n${read()}`))
    }
    const timer = setTimeout(fail, withinMs)
    const done = (): void => {
      clearTimeout(timer)
      child.stdout?.off('data', look)
      child.stderr?.off('data', look)
      child.off('exit', fail)
    }
    child.stdout?.on('data', look)
    child.stderr?.on('data', look)
    child.once('exit', fail)
    look()
  })
}
