// Runs other programs to their end. Does not keep anything running: see daemon.ts.
import { spawn, spawnSync } from 'node:child_process'

/** How a command is run. Output goes into the answer unless `show` hands it to the terminal. */
export type CommandOptions = {
  readonly cwd?: string
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>
  /** Text for the command's standard input. */
  readonly input?: string
  /** Standard output and error go to this process's standard error as they come. */
  readonly show?: boolean
}

/** A command that did not end with status 0; the message holds the end of what it printed. */
export class CommandFault extends Error {
  readonly status: number | undefined
  constructor(command: string, status: number | undefined, output: string) {
    super(
      `${command}: ${status === undefined ? 'did not start' : `status ${status}`}\n${output.trim().slice(-2000)}`,
    )
    this.name = 'CommandFault'
    this.status = status
  }
}

/** Runs a program and answers its standard output. Throws CommandFault when it fails or does not exist. */
export function run(file: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const output = options.show ? process.stderr.fd : 'pipe'
  const child = spawn(file, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', output, output],
  })
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  // A program that ends without reading its input is judged by its status, not by the broken pipe.
  child.stdin?.on('error', () => undefined).end(options.input)
  const shown = [file, ...args].join(' ').slice(0, 200)
  child.on('error', (error) => reject(new CommandFault(shown, undefined, error.message)))
  child.on('close', (status) =>
    status === 0 ? resolve(stdout) : reject(new CommandFault(shown, status ?? -1, stderr || stdout)),
  )
  return promise
}

/** Runs a program and answers its standard output, or undefined when it fails or does not exist. */
export async function tryRun(file: string, args: readonly string[], options: CommandOptions = {}) {
  try {
    return await run(file, args, options)
  } catch (error) {
    if (error instanceof CommandFault) return undefined
    throw error
  }
}

/** The path of a program on PATH, or undefined. */
export function findProgram(name: string): string | undefined {
  const found = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' })
  return found.status === 0 ? found.stdout.trim() : undefined
}
