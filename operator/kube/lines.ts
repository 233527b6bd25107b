/** Splits a stream of bytes into lines of JSON, as watches send them. */

/** An object of etcd has at most 1.5 MiB; nothing that a watch sends on one line comes near this. */
const longestLineCharacters = 32 * 1024 * 1024

/**
 * The value of each line, as soon as its line feed has arrived. A rest without line feed at the end is a cut-off
 * event and is dropped; a line that is no JSON throws. `onBytes` is called for each chunk.
 */
export async function* jsonLines(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: () => void = () => undefined,
): AsyncIterable<unknown> {
  const decoder = new TextDecoder()
  // Parts of the line that is not complete yet; joined once, so that a long line costs linear time.
  let parts: string[] = []
  let length = 0
  for await (const chunk of chunks) {
    onBytes()
    const pieces = decoder.decode(chunk, { stream: true }).split('\n')
    const rest = pieces.pop() ?? ''
    for (const piece of pieces) {
      const line = parts.join('') + piece
      parts = []
      length = 0
      if (line.trim() !== '') yield JSON.parse(line)
    }
    parts.push(rest)
    length += rest.length
    if (length > longestLineCharacters)
      throw new Error(`a line of more than ${longestLineCharacters} characters`)
  }
}
