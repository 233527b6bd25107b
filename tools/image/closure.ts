// Which installed packages a set of root packages needs, read out of package-lock.json. Pure.

/** The part of package-lock.json (version 3) that is used. Keys are places such as `node_modules/a/node_modules/b`. */
export type Lock = { readonly packages: Readonly<Record<string, LockedPackage>> }

export type LockedPackage = {
  readonly version?: string
  readonly integrity?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
}

/** The places of all packages that `roots` need at run time, sorted. Throws TypeError when the lock lacks one. */
export function packageClosure(lock: Lock, roots: readonly string[]): string[] {
  const found = new Set<string>()
  const queue = roots.map((name) => ({ name, from: '', optional: false }))
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const place = resolvePlace(lock, next.from, next.name)
    const locked = place === undefined ? undefined : lock.packages[place]
    if (place === undefined || locked === undefined) {
      if (next.optional) continue
      throw new TypeError(`package-lock.json has no ${next.name} for ${next.from || 'the project'}`)
    }
    if (found.has(place) || (next.optional && !fitsLinux(locked))) continue
    found.add(place)
    queue.push(...needsOf(locked).map((need) => ({ ...need, from: place })))
  }
  return [...found].sort()
}

function needsOf(locked: LockedPackage): { name: string; optional: boolean }[] {
  const isOptional = (name: string) => locked.peerDependenciesMeta?.[name]?.optional === true
  const peers = Object.keys(locked.peerDependencies ?? {}).filter((name) => !isOptional(name))
  const optional = Object.keys(locked.optionalDependencies ?? {})
  const needed = Object.keys(locked.dependencies ?? {}).filter((name) => !optional.includes(name))
  return [
    ...[...needed, ...peers].map((name) => ({ name, optional: false })),
    ...optional.map((name) => ({ name, optional: true })),
  ]
}

/** As Node.js looks for a package: beside the one that asks, then further and further up. */
function resolvePlace(lock: Lock, from: string, name: string): string | undefined {
  const place = from === '' ? `node_modules/${name}` : `${from}/node_modules/${name}`
  if (lock.packages[place] !== undefined) return place
  if (from === '') return undefined
  const up = from.lastIndexOf('/node_modules/')
  return resolvePlace(lock, up === -1 ? '' : from.slice(0, up), name)
}

function fitsLinux({ os, cpu }: LockedPackage): boolean {
  const fits = (allowed: readonly string[] | undefined, actual: string) =>
    allowed === undefined ||
    allowed.includes(actual) ||
    allowed.some((one) => one[0] === '!' && one !== `!${actual}`)
  return fits(os, 'linux') && fits(cpu, process.arch)
}
