/** A CAS document as a real XML parser reads it. */
import { DOMParser, type Element } from '@xmldom/xmldom'

export interface CasElement {
  /** With its prefix. */
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly text: string
  readonly children: readonly CasElement[]
}

const namespace = 'http://www.yale.edu/tp/cas'

/** The `serviceResponse` of a text. Throws when it is not well-formed, or is something else. */
export function documentOf(text: string): CasElement {
  const onError = (_level: string, message: string): never => {
    throw new Error(`${message} in ${text}`)
  }
  const root = new DOMParser({ onError }).parseFromString(text, 'text/xml').documentElement
  if (root?.localName !== 'serviceResponse' || root.namespaceURI !== namespace) {
    throw new Error(`no serviceResponse but ${text}`)
  }
  return read(root)
}

/** Names without their prefix. */
export const childrenOf = (element: CasElement | undefined): string[] =>
  (element?.children ?? []).map(({ name }) => name.replace(/^cas:/, ''))

function read(element: Element): CasElement {
  const children = [...element.childNodes].filter((node): node is Element => node.nodeType === 1)
  return {
    name: element.nodeName,
    attributes: Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])),
    text: element.textContent ?? '',
    children: children.map(read),
  }
}
