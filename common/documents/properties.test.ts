import { expect, it } from '@jest/globals'
import { defaultConfig, liveProperties, parseProperties } from './properties.ts'

const stName = 'cas.ticket.st.time-to-kill-in-seconds'

function parse(properties: Readonly<Record<string, unknown>>) {
  return parseProperties(new Map(Object.entries(properties)))
}

it('is in force with its defaults when nothing is configured', () => {
  expect(parse({})).toEqual({ config: defaultConfig, refused: [], unknown: [] })
  expect(defaultConfig).toEqual({
    serviceTicketSeconds: 30,
    sessionMaxSeconds: 28_800,
    sessionIdleSeconds: 7_200,
    followLogoutRedirects: false,
    logoutRedirectParameter: 'service',
  })
})

it('reads text, numbers and truth values as the database may hold them', () => {
  const { config } = parse({
    [stName]: 20n,
    'cas.ticket.tgt.primary.max-time-to-live-in-seconds': ' PT4H ',
    'cas.ticket.tgt.primary.time-to-kill-in-seconds': 600,
    'cas.logout.follow-service-redirects': true,
    'cas.logout.redirect-parameter': 'url',
  })
  expect(config).toEqual({
    serviceTicketSeconds: 20,
    sessionMaxSeconds: 14_400,
    sessionIdleSeconds: 600,
    followLogoutRedirects: true,
    logoutRedirectParameter: 'url',
  })
})

it('takes the spellings that Spring takes for one name', () => {
  expect(parse({ 'cas.ticket.st.timeToKillInSeconds': '12' }).config?.serviceTicketSeconds).toBe(12)
})

it.each(['0', '-1', '1.5', 'soon', '', 'P', 'PT', 'PT2H', '99999', null, { a: 1 }])(
  'refuses %p seconds for a service ticket, and gives no configuration',
  (value) => {
    const { config, refused } = parse({ [stName]: value, 'cas.logout.redirect-parameter': 'url' })
    expect(config).toBeUndefined()
    expect(refused.map(({ name }) => name)).toEqual([stName])
  },
)

it('refuses a property that is set in two spellings', () => {
  const { config, refused } = parse({ [stName]: '10', 'cas.ticket.st.timeToKillInSeconds': '12' })
  expect(config).toBeUndefined()
  expect(refused).toHaveLength(1)
})

it('reports unknown properties with the nearest known name, and goes on', () => {
  const { config, unknown } = parse({ 'cas.ticket.st.time-to-kil-in-seconds': '5', 'cas.server.name': 'x' })
  expect(config).toEqual(defaultConfig)
  expect(unknown).toEqual([
    { name: 'cas.ticket.st.time-to-kil-in-seconds', reason: `is not known; did you mean ${stName}?` },
    { name: 'cas.server.name', reason: 'is not known' },
  ])
})

it('documents every property, and takes its own default', () => {
  for (const { doc, fallback, parse: parseText } of Object.values(liveProperties)) {
    expect(doc).toMatch(/\.$/)
    expect(parseText(String(fallback))).toEqual({ value: fallback })
  }
})
