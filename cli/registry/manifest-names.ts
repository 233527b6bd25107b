/** Names of CasServices for definitions: readable, valid in Kubernetes, and the same at every import. Pure. */

export interface NamedDefinition {
  readonly id: bigint
  readonly name: string
}

export interface NamingOptions {
  /** Names that an earlier import gave, by id: they are kept. */
  readonly kept?: ReadonlyMap<bigint, string>
  /** Every name that is not kept ends in the id, so that no definition's name depends on another's. */
  readonly idInNames?: boolean
}

/** Room for an id and for what others append to names. */
const maxSlugLength = 40

/**
 * A name for each definition, by id. The lowest id gets the plain name, others of the same name have their id behind
 * it: a definition that is added with a higher id changes nobody's name, nor does any whose names are kept.
 */
export function manifestNames(
  definitions: readonly NamedDefinition[],
  { kept = new Map(), idInNames = false }: NamingOptions = {},
): ReadonlyMap<bigint, string> {
  const names = new Map<bigint, string>()
  const taken = new Set<string>()
  const give = (id: bigint, name: string): void => {
    names.set(id, name)
    taken.add(name)
  }
  const ordered = definitions.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  for (const { id } of ordered) {
    const name = kept.get(id)
    if (name !== undefined && !taken.has(name)) give(id, name)
  }
  for (const { id, name } of ordered) {
    if (!names.has(id)) give(id, freeName(slugOf(name), { id, taken, idInNames }))
  }
  return names
}

/** Does a name say the id, as those that `idInNames` gives do? */
export function endsInId(name: string, id: bigint): boolean {
  return new RegExp(`-${idText(id)}(?:-\\d+)?$`).test(name)
}

const idText = (id: bigint): string => String(id).replace('-', 'n')

function freeName(
  slug: string,
  {
    id,
    taken,
    idInNames,
  }: { readonly id: bigint; readonly taken: ReadonlySet<string>; readonly idInNames: boolean },
): string {
  const withId = `${slug === '' ? 'service' : slug}-${idText(id)}`
  if (slug !== '' && !idInNames && !taken.has(slug)) return slug
  for (let n = 1; ; n++) {
    const name = n === 1 ? withId : `${withId}-${n}`
    if (!taken.has(name)) return name
  }
}

/** `Bürgerbüro (Test)` -> `burgerburo-test`. */
function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, maxSlugLength + 1)
    .replace(/^-+|-+$/g, '')
    .slice(0, maxSlugLength)
    .replace(/-+$/, '')
}
