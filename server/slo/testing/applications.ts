/** Applications that are told of logouts, without a network: what each was told, and how well it is. */
import type { OutboundClient, OutboundOutcome } from '../../outbound/outbound-client.ts'

export class Applications implements OutboundClient {
  /** URL -> tickets whose sessions were ended there, in order. */
  readonly told = new Map<string, string[]>()
  readonly #answers = new Map<string, () => OutboundOutcome | Promise<OutboundOutcome>>()
  /** Requests under way now, by host, and the most there ever were. */
  readonly underWay = new Map<string, { now: number; most: number }>()

  /** From now on the host answers so. */
  answer(host: string, how: () => OutboundOutcome | Promise<OutboundOutcome>): void {
    this.#answers.set(host, how)
  }

  async post(url: string, form: Readonly<Record<string, string>>): Promise<OutboundOutcome> {
    const { host } = new URL(url)
    const count = this.underWay.get(host) ?? { now: 0, most: 0 }
    this.underWay.set(host, count)
    count.now += 1
    count.most = Math.max(count.most, count.now)
    try {
      const outcome = await (this.#answers.get(host)?.() ?? { kind: 'answered', status: 200 })
      if (outcome.kind === 'answered' && outcome.status < 400) this.#note(url, form['logoutRequest'] ?? '')
      return outcome
    } finally {
      count.now -= 1
    }
  }

  get(): Promise<OutboundOutcome> {
    throw new TypeError('logout messages are posted')
  }

  #note(url: string, xml: string): void {
    const ticket = sessionIndexOf(xml)
    this.told.set(url, [...(this.told.get(url) ?? []), ticket])
  }
}

/** The ticket in a logout message. */
export const sessionIndexOf = (xml: string): string =>
  /<samlp:SessionIndex>(.*)<\/samlp:SessionIndex>/.exec(xml)?.[1] ?? ''
