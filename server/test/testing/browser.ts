/** A browser as far as the protocol needs one: it keeps cookies, follows nothing by itself, and fills in forms. */

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
  /** Where a redirect leads. */
  readonly location: string | undefined
}

export class Browser {
  readonly #cookies = new Map<string, string>()
  readonly #base: () => string

  /** `base`: URL of the CAS endpoints of one server, or what says it anew for each request. */
  constructor(base: string | (() => string)) {
    this.#base = typeof base === 'string' ? () => base : base
  }

  /** The same browser at another server, as behind a load balancer. */
  at(base: string): Browser {
    const other = new Browser(base)
    for (const [name, value] of this.#cookies) other.#cookies.set(name, value)
    return other
  }

  cookie(name: string): string | undefined {
    return this.#cookies.get(name)
  }

  setCookie(name: string, value: string): void {
    this.#cookies.set(name, value)
  }

  async get(path: string, query: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Answer> {
    return this.#send(`${path}${queryText(query)}`, { method })
  }

  async post(path: string, form: Readonly<Record<string, string>>): Promise<Answer> {
    return this.#send(path, { method: 'POST', body: new URLSearchParams(form) })
  }

  /** Opens the login form and sends it, filled in; fields may be changed before. */
  async signIn(
    fields: Readonly<Record<string, string>>,
    query: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const form = await this.get('/login', query)
    if (form.status !== 200) throw new Error(`no login form but ${form.status} ${form.body}`)
    return this.post('/login', { ...hiddenFields(form.body), ...fields })
  }

  async #send(path: string, init: RequestInit): Promise<Answer> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...(cookie && { cookie }) }
    const response = await fetch(`${this.#base()}${path}`, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) this.#keep(line)
    return {
      status: response.status,
      headers: response.headers,
      body: await response.text(),
      location: response.headers.get('location') ?? undefined,
    }
  }

  #keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (/;\s*max-age=0/i.test(line)) this.#cookies.delete(name)
    else this.#cookies.set(name, value)
  }
}

/** Names and values of a page's hidden form fields. */
export function hiddenFields(page: string): Record<string, string> {
  const fields = page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)
  return Object.fromEntries([...fields].map(([, name = '', value = '']) => [name, unescaped(value)]))
}

/** The ticket in the URL that a redirect leads to. */
export function ticketIn(answer: Answer): string {
  const ticket = URL.parse(answer.location ?? '')?.searchParams.get('ticket')
  if (!ticket) throw new Error(`no ticket: ${answer.status} ${answer.location} ${answer.body}`)
  return ticket
}

const unescaped = (text: string): string =>
  text.replace(/&#(\d+);/g, (_all, code) => String.fromCharCode(Number(code)))

function queryText(query: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(query).toString()
  return text === '' ? '' : `?${text}`
}
