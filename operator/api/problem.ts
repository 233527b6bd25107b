/** What is wrong with an object that somebody wrote, in the words of a form: where, and what to do. */

export interface Problem {
  /** Path inside the object: `spec.match.hosts[0]`, `spec.config["cas.theme"]`. Empty: the object as a whole. */
  readonly path: string
  /** Says what to do, without the path. */
  readonly message: string
}

/** One problem per line, as conditions and terminals show them. */
export function problemText(problems: readonly Problem[]): string {
  return problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('\n')
}

/** Appends a member to a path; names that are not plain are quoted as in JSONPath. */
export function memberPath(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`
  return path === '' ? key : `${path}.${key}`
}
