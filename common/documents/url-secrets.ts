/**
 * Passwords in URLs as people write them, valid or not: behind a user name, or as a parameter. Values may be long:
 * nothing here looks at a character more than a few times.
 */

/** `https://`, `jdbc:mysql://`. */
const schemes = /^(?:[a-z][a-z0-9+.-]*:)+\/\//i
/** Of these a path may have an @; of databases and brokers it is a slash in a password. */
const schemesWithPaths = /(^|[:+])(https?|wss?|ldaps?):\/\/$/i
const oracleLogin = /^jdbc:oracle:[a-z0-9]+:[^/@]+\/[^@]+@/i
/** With a port, if any; an IPv6 address stands in brackets. */
const host = /^(\[[^\]]*\]|[^:]*)(:\d*)?$/
const placeholder = /\$\{[^${}]*\}/g

/** Whether a URL names a user's password. */
export function hasUrlPassword(text: string): boolean {
  const begin = schemes.exec(text)?.[0]
  if (begin === undefined) return oracleLogin.test(text)
  const [rest = ''] = text.slice(begin.length).split(/\s/, 1)
  const [authority = ''] = rest.split(/[/?#;]/, 1)
  const at = authority.lastIndexOf('@')
  if (at !== -1) return /:./.test(authority.slice(0, at))
  const behind = rest.slice(authority.length)
  if (!areHosts(authority)) return behind.includes('@')
  const [path = ''] = behind.split(/[?#;]/, 1)
  return authority.includes(':') && !schemesWithPaths.test(begin) && path.includes('@')
}

/** `user:pass` is no list of hosts, so that what follows is the rest of a password. */
function areHosts(authority: string): boolean {
  return authority
    .replace(placeholder, '0')
    .split(',')
    .every((one) => host.test(one))
}

/** Names of the parameters of a URL, or of a connection string behind a scheme, that say more than yes or no. */
export function urlParameters(text: string): string[] {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(text)) return []
  return text
    .split(/[?&;,(#]/)
    .slice(1)
    .flatMap((parameter) => {
      const [name = '', ...value] = parameter.split('=')
      return ['', 'true', 'false'].includes(value.join('=')) ? [] : [name.trim()]
    })
}
