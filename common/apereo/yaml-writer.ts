/** Writes YAML in the layout of Apereo's own files: classes in verbatim tags, all texts in double quotes. */
import { numberText, type TextNode } from './text-node.ts'

/** The YAML of a definition: one document. */
export function writeYaml(node: TextNode): string {
  return `---${nodeText(node, '')}\n`
}

/** What follows a key, a hyphen or the mark of the document, with the blank or line break in front of it. */
function nodeText(node: TextNode, indent: string): string {
  const tag = node.java === undefined ? '' : ` !<${tagText(node.java)}>`
  switch (node.kind) {
    case 'scalar':
      return `${tag} ${scalarText(node.value)}`
    case 'list': {
      const items = node.items.map((item) => `\n${indent}-${nodeText(item, `${indent}  `)}`)
      return items.length === 0 ? `${tag} []` : `${tag}${items.join('')}`
    }
    case 'map': {
      const members = node.entries.map(([key, value]) => {
        const inner = value.kind === 'map' ? `${indent}  ` : indent
        return `\n${indent}${keyText(key)}:${nodeText(value, inner)}`
      })
      return members.length === 0 ? `${tag} {}` : `${tag}${members.join('')}`
    }
  }
}

function keyText(key: string): string {
  return /^[A-Za-z][A-Za-z0-9_]*$/.test(key) && !isWord(key) ? key : scalarText(key)
}

function isWord(text: string): boolean {
  return /^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text)
}

function scalarText(value: string | number | bigint | boolean | null): string {
  if (typeof value === 'bigint' || typeof value === 'number') return numberText(value)
  // What JSON leaves as it is and YAML takes for a line break, or does not print.
  return JSON.stringify(value).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** What a tag cannot hold is escaped, as in addresses. */
function tagText(java: string): string {
  return java
    .toWellFormed()
    .replaceAll(/[^A-Za-z0-9_.$-]/gu, (character) => encodeURIComponent(character).replaceAll('!', '%21'))
}
