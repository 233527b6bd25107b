/**
 * A SAML 1.1 request over SOAP (CAS 4.2): text from strangers, of which exactly one artifact is wanted. No document
 * type, so no entities; no processing instructions; and nothing is taken from a place where it does not belong.
 */
import { DOMParser, type Element, type Node } from '@xmldom/xmldom'

export type ParsedSamlRequest =
  | {
      readonly kind: 'request'
      /** RequestID, which the answer names again; undefined when the client sent none. */
      readonly requestId: string | undefined
      /** The ticket, as it was sent, without white space around it. */
      readonly artifact: string
    }
  | { readonly kind: 'refused'; readonly failure: 'unreadableSamlRequest' | 'samlVersion' }

const soap = 'http://schemas.xmlsoap.org/soap/envelope/'
const samlp = 'urn:oasis:names:tc:SAML:1.0:protocol'
/** Longer ones than any client makes. */
const maxLength = 32_768
const unreadable = { kind: 'refused', failure: 'unreadableSamlRequest' } as const

export function parseSamlRequest(text: string): ParsedSamlRequest {
  const envelope = documentElement(text)
  if (envelope === undefined || !isNamed(envelope, soap, 'Envelope')) return unreadable
  const request = onlyChild(onlyChild(envelope, soap, 'Body'), samlp, 'Request')
  if (request === undefined) return unreadable
  if ((request.getAttribute('MajorVersion') ?? '1') !== '1')
    return { kind: 'refused', failure: 'samlVersion' }
  const artifact = textOf(onlyChild(request, samlp, 'AssertionArtifact'))?.trim()
  const requestId = request.getAttribute('RequestID') ?? undefined
  const isSafeId = requestId === undefined || /^[\w.:-]{1,256}$/.test(requestId)
  return artifact && isSafeId ? { kind: 'request', requestId, artifact } : unreadable
}

function documentElement(text: string): Element | undefined {
  // Before any parser sees it: what could declare an entity, or be meant for some other program.
  if (text.length > maxLength || /<!(?!--|\[CDATA\[)|<\?(?!xml\s)/.test(text)) return undefined
  const onError = (_level: string, message: string): never => {
    throw new Error(message)
  }
  try {
    const document = new DOMParser({ onError }).parseFromString(text.trimStart(), 'text/xml')
    return document.documentElement ?? undefined
  } catch {
    return undefined
  }
}

/** The one child of this name; undefined when there is none or more than one. */
function onlyChild(parent: Element | undefined, namespace: string, name: string): Element | undefined {
  const found = childrenOf(parent).filter((node): node is Element => isNamed(node, namespace, name))
  return found.length === 1 ? found[0] : undefined
}

/** Plain text only: a comment in the middle would let two readers see two tickets. */
function textOf(element: Element | undefined): string | undefined {
  const children = childrenOf(element)
  const isPlain = children.every(({ nodeType }) => nodeType === 3 || nodeType === 4)
  return isPlain && children.length > 0
    ? children.map(({ nodeValue }) => nodeValue ?? '').join('')
    : undefined
}

const isNamed = (node: Node, namespace: string, name: string): boolean =>
  node.nodeType === 1 && node.namespaceURI === namespace && node.localName === name

function childrenOf(parent: Element | undefined): Node[] {
  const children: Node[] = []
  for (let child = parent?.firstChild ?? null; child !== null; child = child.nextSibling) children.push(child)
  return children
}
