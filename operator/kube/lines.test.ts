import { expect, it } from '@jest/globals'
import { jsonLines } from './lines.ts'

const bytes = new TextEncoder()

async function* chunks(...texts: (string | Uint8Array)[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield typeof text === 'string' ? bytes.encode(text) : text
}

async function read(source: AsyncIterable<Uint8Array>): Promise<unknown[]> {
  const values: unknown[] = []
  for await (const value of jsonLines(source)) values.push(value)
  return values
}

it('reads lines wherever the chunks are cut', async () => {
  expect(await read(chunks('{"a":1}\n{"a"', ':2}', '\n\n{"a":3', '}\n'))).toEqual([
    { a: 1 },
    { a: 2 },
    { a: 3 },
  ])
})

it('keeps characters whole that are cut between chunks', async () => {
  const text = bytes.encode('{"name":"Grüße 🙂"}\n')
  const single = [...text].map((byte) => new Uint8Array([byte]))
  expect(await read(chunks(...single))).toEqual([{ name: 'Grüße 🙂' }])
})

it('drops a rest that was cut off', async () => {
  expect(await read(chunks('{"a":1}\n{"a":2}'))).toEqual([{ a: 1 }])
})

it('throws on a line that is no JSON, after the lines before it', async () => {
  const values: unknown[] = []
  const reading = (async () => {
    for await (const value of jsonLines(chunks('{"a":1}\n<html>\n'))) values.push(value)
  })()
  await expect(reading).rejects.toThrow(SyntaxError)
  expect(values).toEqual([{ a: 1 }])
})

it('refuses a line without end instead of filling the memory', async () => {
  async function* endless(): AsyncIterable<Uint8Array> {
    for (;;) yield new Uint8Array(1024 * 1024).fill(97)
  }
  await expect(read(endless())).rejects.toThrow('a line of more than')
})

it('tells of every chunk, also of one without a line', async () => {
  let heard = 0
  for await (const _ of jsonLines(chunks('{"a"', ':1', '}\n'), () => heard++)) expect(heard).toBe(3)
})
