/**
 * Whose a host is: under which names anybody can have one, and what belongs together. Lists are short on purpose, so that
 * they need no care: a suffix that is missing means a finding less, never a wrong one. Pure.
 */

/** Never to be public: RFC 6761, RFC 6762 (appendix G), ICANN on `internal`; `svc` and `localdomain` are habits. */
const ownTopLevels = new Set(
  'corp home internal intranet invalid lan local localdomain localhost private svc test'.split(' '),
)

/** The most common suffixes of two labels out of https://publicsuffix.org, by their last one. */
const secondLevels: Readonly<Record<string, string>> = {
  ar: 'com edu gob gov net org',
  at: 'ac co gv or',
  au: 'asn com edu gov id net org',
  br: 'com edu gov net org',
  cn: 'ac com edu gov net org',
  co: 'com edu gov net org',
  cy: 'ac com gov net org',
  eg: 'com edu gov net org',
  es: 'com edu gob nom org',
  fr: 'asso com gouv nom',
  gr: 'com edu gov net org',
  hk: 'com edu gov idv net org',
  hu: 'co info org',
  id: 'ac co go net or sch web',
  il: 'ac co gov k12 muni net org',
  in: 'ac co edu firm gen gov ind net org res',
  it: 'edu gov',
  jp: 'ac ad co ed go gr lg ne or',
  ke: 'ac co go ne or sc',
  kr: 'ac co go ne or pe re',
  mx: 'com edu gob net org',
  my: 'com edu gov name net org',
  ng: 'com edu gov net org sch',
  nz: 'ac co cri geek gen govt health iwi net org school',
  pe: 'com edu gob net nom org',
  ph: 'com edu gov net org',
  pk: 'com edu gov net org',
  pl: 'com edu gov info net org',
  pt: 'com edu gov net nome org publ',
  ro: 'com info nom org',
  rs: 'ac co edu gov in org',
  sa: 'com edu gov med net org sch',
  sg: 'com edu gov net org',
  th: 'ac co go in mi net or',
  tr: 'av bel com edu gen gov k12 net org web',
  tw: 'com edu gov idv net org',
  ua: 'co com edu gov in net org',
  uk: 'ac co gov ltd me net nhs org plc police',
  vn: 'ac com edu gov net org',
  za: 'ac co gov net nom org school web',
  // No registries, but whoever signs up has a host there.
  app: 'netlify vercel web',
  com: 'appspot herokuapp',
  dev: 'pages workers',
  io: 'github gitlab',
  net: 'azurewebsites cloudfront',
}

const isAddress = (host: string): boolean => /^\[|^[0-9.]+$/.test(host)

/** A dot at the end changes nothing about where a host is. */
const labelsOf = (host: string): readonly string[] => host.replace(/\.$/, '').split('.')

/** Whether anybody can have a host right below this name. */
export function isPublicSuffix(name: string): boolean {
  const [last = '', second, ...more] = labelsOf(name).toReversed()
  if (second === undefined) return last !== '' && !ownTopLevels.has(last)
  return more.length === 0 && (secondLevels[last]?.split(' ').includes(second) ?? false)
}

/** The public suffix that a host is below; undefined for those of a network's own. */
export function publicSuffixOf(host: string): string | undefined {
  if (isAddress(host)) return undefined
  const labels = labelsOf(host)
  return [2, 1]
    .filter((count) => count < labels.length)
    .map((count) => labels.slice(-count).join('.'))
    .find(isPublicSuffix)
}

/** About what one owner has: the label below a public suffix, and whatever is below that. */
export function siteOf(host: string): string {
  const labels = labelsOf(host)
  if (isAddress(host)) return labels.slice(-2).join('.')
  const suffix = publicSuffixOf(host)
  const count = suffix === undefined ? 1 : suffix.split('.').length + 1
  return labels.slice(-count).join('.')
}

/** Whether a host has labels throughout: `.*` before a dot gives a host without a first one. */
export const isWellFormed = (host: string): boolean => !/^\.|\.\.|\.$/.test(host)
