/** What a user hands in at the login form. */

export interface UsernamePassword {
  readonly username: string
  readonly password: string
}

export type ParsedCredential =
  | { readonly kind: 'credential'; readonly credential: UsernamePassword }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'unacceptable' }

const maxUsernameLength = 256
/** Longer ones would only cost hashing time. */
const maxPasswordLength = 1024

/** Username and password from form fields. Blanks around the name are a slip of the keyboard; a password is exact. */
export function parseCredential(
  username: string | undefined,
  password: string | undefined,
): ParsedCredential {
  const name = username?.trim() ?? ''
  if (name === '' || password === undefined || password === '') return { kind: 'incomplete' }
  if (name.length > maxUsernameLength || password.length > maxPasswordLength) return { kind: 'unacceptable' }
  if (hasControlCharacters(name) || password.includes('\0')) return { kind: 'unacceptable' }
  return { kind: 'credential', credential: { username: name, password } }
}

function hasControlCharacters(text: string): boolean {
  return /[\p{Cc}\u2028\u2029]/u.test(text)
}
