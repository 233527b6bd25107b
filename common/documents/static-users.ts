/**
 * The file of static users (Secret key `users.yaml`):
 *
 *     casuser:
 *       password: $argon2id$v=19$m=19456,t=2,p=1$…$…     (PHC string; `caspool hash-password` makes one)
 *       attributes: { mail: casuser@example.org, memberOf: [staff, admins] }
 */

export interface StaticUser {
  readonly name: string
  /** PHC string of argon2id. */
  readonly passwordHash: string
  readonly attributes: Readonly<Record<string, readonly string[]>>
}

export type ParsedStaticUsers =
  | { readonly kind: 'users'; readonly users: readonly StaticUser[] }
  | { readonly kind: 'refused'; readonly problems: readonly string[] }
