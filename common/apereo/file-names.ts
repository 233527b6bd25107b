/** Names of files with definitions, as Apereo's registries of JSON and YAML files give and take them. */
import type { TextFormat } from './definition-text.ts'

const formats: Readonly<Record<string, TextFormat>> = { json: 'json', yml: 'yaml', yaml: 'yaml' }

/** Longest name of a file on the usual file systems, in bytes. */
const maxNameBytes = 255

/**
 * The name of a definition's file: its name without blanks, a hyphen, its id. What a file system does not take in a
 * name, or what would hide the file or lead out of its folder, becomes an underscore; the id keeps names apart.
 */
export function definitionFileName(
  of: { readonly name: string; readonly id: bigint },
  format: TextFormat,
): string {
  const ending = `-${of.id}.${format === 'yaml' ? 'yml' : 'json'}`
  const name = of.name
    .toWellFormed()
    .replaceAll(/\s/g, '')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters must not get into names of files
    .replaceAll(/[/\\:*?"<>|\u0000-\u001f\u007f]/g, '_')
    .replace(/^\./, '_')
  return `${cutToBytes(name, maxNameBytes - ending.length)}${ending}`
}

/** As Apereo names it: whoever copies a definition and forgets its id gives the copy a name that ends otherwise. */
export const isNamedAfterId = (file: string, id: bigint | string): boolean =>
  file.replace(/\.[^./\\]*$/, '').endsWith(`-${id}`)

/** The format that a file's name promises. Undefined: no definition (hidden, temporary, another ending). */
export function textFormatOf(fileName: string): TextFormat | undefined {
  if (fileName.startsWith('.')) return undefined
  const ending = /\.([^.]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? ''
  return Object.hasOwn(formats, ending) ? formats[ending] : undefined
}

function cutToBytes(text: string, maxBytes: number): string {
  let cut = text
  while (Buffer.byteLength(cut) > maxBytes) cut = cut.slice(0, -1).toWellFormed()
  return cut
}
