/** The URL that a person asks about, among what was typed. Pure. */
import { textFormatOf } from '../../common/apereo/file-names.ts'
import { withoutUserInfo } from '../printable.ts'
import { isDatabase } from './location.ts'

const webUrl = /^https?:\/\//i
/** Of a host with a port, what stands before the colon is no scheme. */
const withScheme = /^[a-z][a-z0-9+.-]*:(?!\d{1,5}(?:[/?#]|$))/i
const host = /^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)+|localhost)(?::\d+)?(?:[/?#]|$)/i

/** What is wrong with arguments that ought to begin with a URL; undefined: they do. */
export function urlProblem([first, ...others]: readonly string[]): string | undefined {
  if (first !== undefined && withScheme.test(first) && !isDatabase(first)) return undefined
  const later = others.find((one) => webUrl.test(one))
  if (later !== undefined)
    return `the URL comes first: ${withoutUserInfo(later)}, and then where the services are`
  if (first === undefined || !host.test(first) || textFormatOf(first) !== undefined)
    return 'name the URL first, such as https://app.example.org/start'
  return `"${first}" is no URL: write https://${first}${/[/?#]/.test(first) ? '' : '/'}`
}
