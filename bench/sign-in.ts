/** A CAS client that does what browsers and applications do, and loops of it: each client goes on when it has its answer. */

const timeoutMs = 15_000

export interface Rate {
  readonly perSecond: number
  readonly medianMs: number
  readonly p99Ms: number
}

/** Signs in with a password; answers the ticket for `service` and the session's cookie. `server` includes the context path. */
export async function signIn(server: string, service: string): Promise<{ ticket: string; tgc: string }> {
  const page = await ask(loginUrl(server, service))
  const lt = /name="lt" value="([^"]+)"/.exec(await page.text())?.[1]
  if (lt === undefined) throw new Error(`the login page has no form, status ${page.status}`)
  const answer = await ask(`${server}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: cookiesOf(page) },
    body: new URLSearchParams({ username: 'casuser', password: 'Mellon', lt, service }),
  })
  await answer.arrayBuffer()
  const tgc = /(?:^|; )TGC=([^;]+)/.exec(cookiesOf(answer))?.[1]
  if (tgc === undefined) throw new Error(`the sign-in was not accepted, status ${answer.status}`)
  return { ticket: ticketOf(answer), tgc }
}

/** A ticket from a session that is there already. */
export async function grant(server: string, service: string, tgc: string): Promise<string> {
  const answer = await ask(loginUrl(server, service), {
    redirect: 'manual',
    headers: { cookie: `TGC=${tgc}` },
  })
  await answer.arrayBuffer()
  return ticketOf(answer)
}

/** Throws unless the ticket is valid. */
export async function validate(server: string, service: string, ticket: string): Promise<void> {
  const answer = await ask(`${server}/p3/serviceValidate?${new URLSearchParams({ service, ticket })}`)
  const text = await answer.text()
  if (!text.includes('authenticationSuccess')) throw new Error(`a validation failed: ${text}`)
}

/** Runs `turn` over and over in `clients` loops for `seconds`. A turn that throws ends the measurement. */
export async function closedLoop(
  turn: (number: number) => Promise<void>,
  { clients, forSeconds }: { readonly clients: number; readonly forSeconds: number },
): Promise<Rate> {
  const started = performance.now()
  const end = started + forSeconds * 1000
  const durationsMs: number[] = []
  let number = 0
  const loop = async (): Promise<void> => {
    while (performance.now() < end) {
      const begin = performance.now()
      await turn(number++)
      durationsMs.push(performance.now() - begin)
    }
  }
  await Promise.all(Array.from({ length: clients }, loop))
  const elapsedSeconds = (performance.now() - started) / 1000
  durationsMs.sort((a, b) => a - b)
  const quantile = (share: number): number => durationsMs[Math.floor(durationsMs.length * share)] ?? 0
  return {
    perSecond: durationsMs.length / elapsedSeconds,
    medianMs: quantile(0.5),
    p99Ms: quantile(0.99),
  }
}

function ask(url: string, init: RequestInit = {}): Promise<Response> {
  return fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) })
}

function loginUrl(server: string, service: string): string {
  return `${server}/login?service=${encodeURIComponent(service)}`
}

function ticketOf(answer: Response): string {
  const location = answer.headers.get('location')
  const ticket = location === null ? null : new URL(location).searchParams.get('ticket')
  if (ticket === null) throw new Error(`no ticket was granted, status ${answer.status}`)
  return ticket
}

function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}
