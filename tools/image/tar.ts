// Writes tar archives that depend on their content only: sorted, no owners, one fixed time.

import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/** One member of an archive. Paths are relative, without a leading slash; `mode` holds the permission bits. */
export type Entry =
  | { readonly kind: 'directory'; readonly path: string; readonly mode: number }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | { readonly kind: 'text'; readonly path: string; readonly mode: number; readonly text: string }
  | { readonly kind: 'file'; readonly path: string; readonly mode: number; readonly source: string }

/** A finished archive: its size in bytes and the SHA-256 of its content in hex. */
export type Archive = { readonly file: string; readonly bytes: number; readonly sha256: string }

const blockBytes = 512
const typeFlags = { directory: '5', link: '2', text: '0', file: '0' } as const

/** Writes an archive of the entries, sorted by path unless `inOrder`; the directories above them are added. */
export async function writeTar(file: string, entries: readonly Entry[], inOrder = false): Promise<Archive> {
  const output = await open(file, 'w')
  const hash = createHash('sha256')
  let bytes = 0
  const write = async (chunk: Buffer) => {
    hash.update(chunk)
    bytes += chunk.length
    await writeAll(output, chunk)
  }
  try {
    for (const entry of inOrder ? entries : sorted(withParents(entries))) await writeEntry(entry, write)
    await write(Buffer.alloc(2 * blockBytes))
  } finally {
    await output.close()
  }
  return { file, bytes, sha256: hash.digest('hex') }
}

/**
 * A short text that differs when the entries do. Files of other programs are told apart by place, size and time of
 * change, without reading them.
 */
export function entriesKey(entries: readonly Entry[]): string {
  const lines = entries.map((entry) => {
    if (entry.kind !== 'file') return JSON.stringify(entry)
    const { size, mtimeMs } = statSync(entry.source)
    return JSON.stringify({ ...entry, size, mtimeMs })
  })
  return createHash('sha256').update(lines.join('\n')).digest('hex')
}

async function writeEntry(entry: Entry, write: (chunk: Buffer) => Promise<void>): Promise<void> {
  const text = entry.kind === 'text' ? Buffer.from(entry.text) : undefined
  const size = entry.kind === 'file' ? statSync(entry.source).size : (text?.length ?? 0)
  await write(header(entry, size))
  if (text !== undefined) await write(text)
  if (entry.kind === 'file')
    for await (const chunk of createReadStream(entry.source)) await write(chunk as Buffer)
  const rest = size % blockBytes
  if (rest > 0) await write(Buffer.alloc(blockBytes - rest))
}

/** A ustar header (POSIX.1-1988). */
function header(entry: Entry, size: number): Buffer {
  const block = Buffer.alloc(blockBytes)
  const octal = (value: number, at: number, length: number) =>
    block.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1')
  const [prefix, name] = splitPath(entry.kind === 'directory' ? `${entry.path}/` : entry.path)
  block.write(name, 0)
  octal(entry.kind === 'link' ? 0o777 : entry.mode, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(0, 136, 12)
  block.write('        ', 148)
  block.write(typeFlags[entry.kind], 156)
  if (entry.kind === 'link') block.write(fitting(entry.target, 100), 157)
  block.write('ustar\u000000', 257)
  block.write(prefix, 345)
  const checksum = block.reduce((sum, byte) => sum + byte, 0)
  octal(checksum, 148, 7)
  return block
}

function splitPath(path: string): [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= 100) return ['', path]
  const slash = path.indexOf('/', path.length - 101)
  return [fitting(path.slice(0, slash), 155), fitting(path.slice(slash + 1), 100)]
}

function fitting(text: string, bytes: number): string {
  if (Buffer.byteLength(text) > bytes) throw new RangeError(`too long for a tar archive: ${text}`)
  return text
}

function withParents(entries: readonly Entry[]): Entry[] {
  const all = new Map<string, Entry>()
  for (const { path } of entries) {
    const parts = path.split('/').slice(0, -1)
    for (const [index] of parts.entries()) {
      const parent = parts.slice(0, index + 1).join('/')
      all.set(parent, { kind: 'directory', path: parent, mode: 0o755 })
    }
  }
  for (const entry of entries) all.set(entry.path, entry)
  return [...all.values()]
}

const sorted = (entries: readonly Entry[]): Entry[] =>
  entries.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))

async function writeAll(output: FileHandle, chunk: Buffer): Promise<void> {
  let offset = 0
  while (offset < chunk.length) offset += (await output.write(chunk, offset)).bytesWritten
}
