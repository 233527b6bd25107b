/** Writes JSON in the layout of Apereo's own files: an object's class first, lists and sets behind their class. */
import { numberText, type TextNode } from './text-node.ts'

/** The JSON of a definition, with a line break at its end. */
export function writeJson(node: TextNode): string {
  return `${nodeText(node, '')}\n`
}

function nodeText(node: TextNode, indent: string): string {
  switch (node.kind) {
    case 'scalar': {
      const value = scalarText(node.value)
      return node.java === undefined ? value : `[ "${node.java}", ${value} ]`
    }
    case 'list': {
      const items = node.items.map((item) => nodeText(item, indent))
      return `[ ${JSON.stringify(node.java)}, ${items.length === 0 ? '[ ]' : `[ ${items.join(', ')} ]`} ]`
    }
    case 'map': {
      const inner = `${indent}  `
      const members = node.entries.map(
        ([key, value]) => `${inner}${JSON.stringify(key)} : ${nodeText(value, inner)}`,
      )
      if (node.java !== undefined) members.unshift(`${inner}"@class" : ${JSON.stringify(node.java)}`)
      return members.length === 0 ? '{ }' : `{\n${members.join(',\n')}\n${indent}}`
    }
  }
}

function scalarText(value: string | number | bigint | boolean | null): string {
  return typeof value === 'bigint' || typeof value === 'number' ? numberText(value) : JSON.stringify(value)
}
