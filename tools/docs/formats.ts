/**
 * The page about Apereo's formats. What becomes of a class and of each of its fields is not claimed but tried: the
 * samples of `common/apereo/samples` are decoded with and without it.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { classTables } from '../../common/apereo/class-tables.ts'
import { readDefinitionText } from '../../common/apereo/definition-text.ts'
import { maxDepth, maxTextUnits } from '../../common/apereo/tree.ts'
import { decodeDefinition } from '../../common/documents/definition-codec.ts'
import { isDocument } from '../../common/documents/document-reader.ts'
import type { DecodedDefinition, StoredDocument } from '../../common/documents/service-definition.ts'
import { generatedFrom, table } from './markdown.ts'

const samplesFolder = 'common/apereo/samples/classes'

type Verdict = 'honoured' | 'noted' | 'refused' | 'nothing'

/** What becomes of a class: one verdict for all of it, or one for each field. */
interface ClassVerdict {
  readonly name: string
  readonly whole?: Verdict
  readonly fields: ReadonlyMap<string, Verdict>
}

/** Where a class stands in a sample. */
interface Place {
  readonly document: StoredDocument
  readonly path: readonly string[]
  readonly fields: number
}

/** Every class of the tables, tried on its sample below `root`. */
function classVerdicts(root: string): readonly ClassVerdict[] {
  const places = new Map<string, Place>()
  for (const file of readdirSync(join(root, samplesFolder))) {
    const read = readDefinitionText(readFileSync(join(root, samplesFolder, file), 'utf8'), 'json')
    if (read.kind === 'unreadable') throw new Error(`${file}: ${JSON.stringify(read.problems)}`)
    findClasses(read.document, { document: read.document, path: [] }, places)
  }
  return [...classTables].flatMap(([name, fields]) => {
    const place = places.get(name)
    if (place === undefined) return []
    const stored = Object.entries(fields).flatMap(([field, { stored, copyOf }]) =>
      copyOf === undefined && stored !== '_id' ? [[field, stored ?? field] as const] : [],
    )
    return [verdictOf(name, place, stored)]
  })
}

function findClasses(value: unknown, at: Omit<Place, 'fields'>, places: Map<string, Place>): void {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries())
      findClasses(item, { ...at, path: [...at.path, String(i)] }, places)
    return
  }
  if (!isDocument(value)) return
  const name = value['_class']
  const fields = Object.keys(value).length
  if (typeof name === 'string' && (places.get(name)?.fields ?? 0) < fields)
    places.set(name, { ...at, fields })
  for (const [key, item] of Object.entries(value)) {
    findClasses(item, { ...at, path: [...at.path, key] }, places)
  }
}

function verdictOf(
  name: string,
  { document, path }: Place,
  fields: readonly (readonly [string, string])[],
): ClassVerdict {
  const alone = path.length === 0 ? document : onlyField(document, path[0] ?? '')
  const decoded = decodeDefinition(alone)
  const home = path.join('.')
  const whole = wholeVerdict(decoded, path)
  if (whole !== undefined) return { name, whole, fields: new Map() }
  const refused = refusedPaths(decoded)
  const usable = fields.reduce<StoredDocument>((rest, [, stored]) => {
    const at = [...path, stored]
    return refused.some((refusal) => isBelow(refusal, at.join('.'))) ? without(rest, at) : rest
  }, alone)
  const verdicts = fields.map(([field, stored]): [string, Verdict] => {
    const at = home === '' ? stored : `${home}.${stored}`
    if (refused.some((refusal) => isBelow(refusal, at))) return [field, 'refused']
    const notes = decoded.kind === 'definition' ? decoded.ignored : notesOf(decodeDefinition(usable))
    if (notes.some((note) => isBelow(note.path, at))) return [field, 'noted']
    return [field, isFelt(usable, at) ? 'honoured' : 'nothing']
  })
  return { name, fields: new Map(verdicts) }
}

/** What decides about the class as a whole: itself or something that it stands in. */
function wholeVerdict(decoded: DecodedDefinition, path: readonly string[]): Verdict | undefined {
  const above = path.map((_, i) => path.slice(0, i + 1).join('.'))
  const own = new Set(['_class', ...above.flatMap((at) => [at, `${at}._class`])])
  if (refusedPaths(decoded).some((at) => own.has(at))) return 'refused'
  return notesOf(decoded).some(({ path: at }) => own.has(at)) ? 'noted' : undefined
}

function refusedPaths(decoded: DecodedDefinition): readonly string[] {
  return decoded.kind === 'refused' ? decoded.problems.map(({ path }) => path) : []
}

function notesOf(decoded: DecodedDefinition): readonly { readonly path: string }[] {
  return decoded.kind === 'definition' ? decoded.ignored : []
}

function isBelow(path: string, at: string): boolean {
  return path === at || path.startsWith(`${at}.`)
}

/** Does the definition become another one, or none, without the field? */
function isFelt(document: StoredDocument, at: string): boolean {
  const before = decodeDefinition(document)
  const after = decodeDefinition(without(document, at.split('.')))
  return textOf(before) !== textOf(after)
}

function textOf(decoded: DecodedDefinition): string {
  const told = decoded.kind === 'definition' ? decoded.definition : decoded.problems
  return JSON.stringify(told, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))
}

/** The least definition with this one field. */
function onlyField(document: StoredDocument, field: string): StoredDocument {
  const kept = ['_class', '_id', 'name', 'serviceId', field]
  return Object.fromEntries(Object.entries(document).filter(([name]) => kept.includes(name)))
}

function without(value: StoredDocument, [first = '', ...rest]: readonly string[]): StoredDocument {
  const entries = Object.entries(value).flatMap(([key, item]): [string, unknown][] => {
    if (key !== first) return [[key, item]]
    if (rest.length === 0) return []
    if (Array.isArray(item))
      return [[key, item.map((one, i) => (String(i) === rest[0] ? cut(one, rest.slice(1)) : one))]]
    return [[key, cut(item, rest)]]
  })
  return Object.fromEntries(entries)
}

function cut(item: unknown, path: readonly string[]): unknown {
  return isDocument(item) && path.length > 0 ? without(item, path) : item
}

const wholes: Readonly<Record<Verdict, string>> = {
  honoured: 'honoured',
  noted: 'noted: nothing depends on it here',
  refused: '**refused**',
  nothing: 'means nothing here',
}

function rowOf({ name, whole, fields }: ClassVerdict): readonly string[] {
  const named = (verdict: Verdict): string =>
    [...fields].flatMap(([field, found]) => (found === verdict ? [`\`${field}\``] : [])).join(', ')
  const short = `\`${name.replace('org.apereo.cas.services.', '')}\``
  if (whole !== undefined) return [short, wholes[whole], '', '', '']
  const isSilent = [...fields.values()].every((verdict) => verdict === 'nothing')
  const told = fields.size === 0 ? 'honoured' : isSilent ? wholes.nothing : 'by field'
  return [
    short,
    told,
    named('honoured'),
    [named('noted'), named('nothing')].filter(Boolean).join(', '),
    named('refused'),
  ]
}

/** The page, from the samples below `root`. */
export function formatsPage(root: string): string {
  const rows = classVerdicts(root).map(rowOf)
  const sources = `tools/docs/formats.ts, common/apereo and ${samplesFolder}`
  return `${generatedFrom(sources)}

# Definitions in Apereo's formats

${reading}

## Classes

What becomes of each class and field that is read, found out by decoding the samples in \`${samplesFolder}\` with and
without it. All of it is read and written; what is **refused** refuses the definition (its URLs stay its own, so that no
wider definition takes them over), because it would restrict access or release and is not honoured. Services of other protocols
(SAML, OAuth, OpenID Connect, WS-Federation) are refused and keep no URLs: theirs are none of CAS. Classes stand in
\`org.apereo.cas.services\` unless their name says more.

${table(['Class', 'As a whole', 'Honoured fields', 'Fields without effect here', 'Refused, some only for what they hold'], rows)}
`
}

const reading = `A service definition is read from and written as the JSON and YAML of Apereo CAS 5 to 7, and its MongoDB document. All three
say the same: a definition goes from one to the other and back without loss. Code: \`common/apereo\` (texts),
\`common/documents/definition-*.ts\` (what a document means).

## What is read

- **JSON** as Apereo takes it, which is [Hjson](https://hjson.github.io/syntax.html): comments, commas that are missing or
  too many, keys and texts without quotes or in single ones, \`'''\` texts. A backslash of a regular expression is written
  twice in quotes.
- **YAML** with classes in tags (\`!<org.apereo.cas.services.CasRegisteredService>\`) or in \`@class\`.
- Lists and sets with Java's class in front (\`["java.util.HashSet", ["a"]]\`) or plain; maps with or without theirs.
- Numbers in quotes, booleans of older versions where newer ones have three states (\`signAssertions\`), both names of
  multifactor authentication (\`multifactorPolicy\`, \`multifactorAuthenticationPolicy\`), \`RegexRegisteredService\`, and
  packages that begin with \`org.jasig.cas\`.
- Whole numbers exactly, up to 64 bits. UTF-8, with or without byte order mark; line ends of any kind.
- Files ending in \`.json\`, \`.yml\` and \`.yaml\` whose name does not begin with a dot.

Classes and fields that are not known are carried as they stand and noted. A value of another type than its field's is
carried and noted, too; it refuses the definition if it matters.

Three slips refuse a definition, as whoever made them takes the service for restricted: a field that its policy does not know,
whatever it says (\`"enabld": false\`); a field of a policy beside the policy (\`requiredAttributes\` outside of \`accessStrategy\`;
\`enabled\` and \`ssoEnabled\` only if they are not true); a policy's class without its package or in another one, which no
Apereo CAS loads. The whole name that was meant is told.

\`templateName\` refuses a definition: since version 7 an Apereo CAS merges the templates that it names into it, with rules of access
that would be missing here. Write the merged definition. A file with \`templateName\` and without \`serviceId\` is such a template
and no service; no URL is its own.

Null, and in YAML a key without a value, is no way to leave a field out: Java makes false of it for \`enabled\`, and an
attribute that is required without values lets nobody in. It refuses the definition wherever the field has another default than
null (flags, numbers, lists, maps and their entries, policies); for texts, dates and policies that are null by default it
is the same as no field. \`requiredAttributes\` with a name but no value refuses, too: older versions of Apereo CAS take it for any
value, newer ones for none. Write \`.*\` for any.

Scripts are not run: \`groovy { … }\`, or the path of a \`.groovy\` file, refuses a definition wherever an Apereo CAS would run it, in
place of an attribute's name or value or of a pattern; so does a name of a user out of several attributes (\`cn,mail\`), of which
version 8 takes the first that there is.

A file is refused as a whole, with the line and the path of the reason, when it does not hold one definition without doubt:
syntax, a key that stands twice, a tag of YAML and an \`@class\` that name two classes, a number beyond 64 bits, a key that no
document can hold (\`__proto__\`, \`$…\`, \`_#_\`, NUL, empty), more than one YAML document, more than ${maxTextUnits} characters, nesting deeper than ${maxDepth}.

## What is written

Files as Apereo writes them: the class of an object first, lists and sets behind their class, fields that hold Apereo's
default left out; YAML with all texts in double quotes and classes in tags. A file is named after the service without
blanks, a hyphen and the id: \`Intranet-1001.json\`. What file systems do not take in names becomes an underscore.

In MongoDB: \`_class\` instead of \`@class\`, plain lists and maps, \`_id\` of 64 bits, \`_#_\` for a dot in a key, what the
filter compiled (\`compiledPattern\`) beside its \`pattern\`. Types and defaults are those that an Apereo CAS 6.6.12 stored
(\`common/documents/apereo-6.6.12.golden.json\`).

## What is said in other words

- Regular expressions are Java's, [with few exceptions](patterns.md).
- \`matchingStrategy\`: another one than the default becomes a \`serviceId\` that matches the same whole URLs (the host of a literal one
  in any case). A pattern of which a part is enough gets \`.*\` around it, and \`\\z\` for \`$\` where that does not stand at the end.
- \`TimeBasedRegisteredServiceAccessStrategy\`, also in a chain with AND: from when to when a service may be used. Times need
  an offset or a \`zoneId\` that is one (or UTC, which is the default); they are written beside the rules, in a chain, and
  alone where there are no rules.
- \`expirationPolicy\`: from its date on nobody signs in; the definition stays, whatever \`deleteWhenExpired\` says.
- \`proxyPolicy\` with \`exactMatch\`: a pattern for this one URL. Patterns of proxy callbacks are matched as a whole, and
  written with anchors: Apereo looks for them anywhere in the URL.

## Beside an Apereo CAS

An Apereo CAS 6.6.12 that reads the collection of a pool, or its exported files, loads every definition and finds the same
service for a URL, except that it also takes URLs that are refused here on purpose (\`/portal/../x\`). Three things to know:

- It reads numbers in JSON as doubles: an id above 2^53 comes out rounded. YAML and MongoDB keep it. Ids of CasServices are below
  that; those that an Apereo CAS has given are too, as a rule.
- A service with times of access **and** other rules of access (\`enabled: false\` among them) cannot be signed in to at
  Apereo CAS 6.6: it fails on every chain that holds times, its own as well (\`NullPointerException\` in
  \`ChainingRegisteredServiceDelegatedAuthenticationPolicy\`). Times alone work.
- Before version 7 there is no \`StaticRegisteredServiceUsernameProvider\`, and one such document keeps an Apereo CAS from
  loading the whole collection: use no \`username.static\` in a pool that shares its registry with one.`
