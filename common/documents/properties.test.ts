import { expect, it } from '@jest/globals'
import { defaultConfig, liveProperties, parseProperties } from './properties.ts'

const stName = 'cas.ticket.st.time-to-kill-in-seconds'

function parse(properties: Readonly<Record<string, unknown>>) {
  return parseProperties(new Map(Object.entries(properties)))
}

it('is in force with its defaults when nothing is configured', () => {
  expect(parse({})).toEqual({
    config: defaultConfig,
    acceptable: defaultConfig,
    refused: [],
    secrets: [],
    unknown: [],
  })
  expect(defaultConfig).toEqual({
    serviceTicketSeconds: 30,
    proxyTicketSeconds: 30,
    sessionMaxSeconds: 28_800,
    sessionIdleSeconds: 7_200,
    servicesMayLengthenSessions: false,
    attributesInCas2: false,
    httpsOnlyHeader: true,
    rememberMeEnabled: false,
    rememberMeSeconds: 1_209_600,
    followLogoutRedirects: false,
    logoutRedirectParameter: 'service',
    singleLogoutDisabled: false,
    restEnabled: false,
    protocolAttributesReleased: true,
    defaultReleasedAttributes: [],
  })
})

it('reads text, numbers and truth values as the database may hold them', () => {
  const { config } = parse({
    [stName]: 20n,
    'cas.ticket.tgt.primary.max-time-to-live-in-seconds': ' PT4H ',
    'cas.ticket.tgt.primary.time-to-kill-in-seconds': 600,
    'cas.logout.follow-service-redirects': true,
    'cas.logout.redirect-parameter': 'url',
    'cas.ticket.pt.time-to-kill-in-seconds': 40,
    'cas.ticket.tgt.remember-me.enabled': 'TRUE',
    'cas.ticket.tgt.remember-me.time-to-kill-in-seconds': 'P30D',
    'cas.authn.authentication-attribute-release.enabled': false,
    'cas.authn.attribute-repository.core.default-attributes-to-release': ' cn, mail,cn',
  })
  expect(config).toEqual({
    ...defaultConfig,
    proxyTicketSeconds: 40,
    rememberMeEnabled: true,
    rememberMeSeconds: 2_592_000,
    protocolAttributesReleased: false,
    defaultReleasedAttributes: ['cn', 'mail'],
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
  const { config, unknown } = parse({
    'cas.ticket.st.time-to-kil-in-seconds': '5',
    'cas.tickt.x': '1',
    'cas.server.name': 'x',
    'cas.nothing.like.it': 'x',
  })
  expect(config).toEqual(defaultConfig)
  expect(unknown).toEqual([
    { name: 'cas.ticket.st.time-to-kil-in-seconds', reason: `is not known; did you mean ${stName}?` },
    { name: 'cas.tickt.x', reason: `is not known; did you mean ${stName}?` },
    {
      name: 'cas.server.name',
      reason: 'is not set here: spec.serverUrl says it, and servers start anew for it',
    },
    { name: 'cas.nothing.like.it', reason: 'is not known' },
  ])
})

it('takes one use of a ticket, and reports that more are not given', () => {
  expect(parse({ 'cas.ticket.st.number-of-uses': 1n, 'cas.ticket.pt.numberOfUses': '1' }).unknown).toEqual([])
  const { config, unknown } = parse({ 'cas.ticket.pt.number-of-uses': '5', [stName]: '20' })
  expect(config?.serviceTicketSeconds).toBe(20)
  expect(unknown).toEqual([
    { name: 'cas.ticket.pt.number-of-uses', reason: 'is treated as 1: a ticket is validated once' },
  ])
})

it('takes what Apereo’s users set for single logout where it is so anyway, and says what is not honoured', () => {
  const usual = { 'cas.slo.asynchronous': 'true', 'cas.logout.confirmLogout': 'false', 'cas.tgc.name': 'TGC' }
  expect(parse(usual).unknown).toEqual([])
  const { config, unknown } = parse({ 'cas.slo.asynchronous': 'false', 'cas.logout.confirm-logout': 'true' })
  expect(config).toEqual(defaultConfig)
  expect(unknown.map(({ reason }) => reason)).toEqual([
    'is treated as true: no logout waits for applications',
    'is treated as false: a logout is not asked back',
  ])
})

it.each(['a,,b', ',', 'a\0b'])('refuses %p as a list of names', (value) => {
  expect(
    parse({ 'cas.authn.attributeRepository.core.defaultAttributesToRelease': value }).refused,
  ).toHaveLength(1)
})

it('lets remember-me last three months at most', () => {
  const name = 'cas.ticket.tgt.remember-me.time-to-kill-in-seconds'
  expect(parse({ [name]: 'P92D' }).refused).toEqual([])
  expect(parse({ [name]: 'P93D' }).refused).toHaveLength(1)
})

it.each(['__proto__', 'constructor', 'serviceTicketSeconds', '$where', ''])(
  'knows no property %j',
  (name) => {
    const { config, unknown } = parseProperties(new Map([[name, '1']]))
    expect(config).toEqual(defaultConfig)
    expect(unknown.map((property) => property.name)).toEqual([name])
  },
)

it('documents every property, and takes its own default', () => {
  for (const { doc, fallback, parse: parseText } of Object.values(liveProperties)) {
    expect(doc).toMatch(/\.$/)
    expect(parseText(String(fallback))).toEqual({ value: fallback })
  }
})

it('says what of a refused revision is good, with defaults for the rest', () => {
  const idle = 'cas.ticket.tgt.primary.time-to-kill-in-seconds'
  const { acceptable } = parse({
    [stName]: '20',
    'cas.ticket.st.timeToKillInSeconds': '25',
    [idle]: '600',
    'cas.slo.disabled': 'x',
  })
  expect(acceptable).toEqual({ ...defaultConfig, sessionIdleSeconds: 600 })
})

it.each([
  ['cas.authn.ldap[0].bind-credential', 'x'],
  ['cas.authn.accept.users', 'casuser::Mellon'],
  ['cas.tgc.crypto.encryption.key', 'x'],
  ['cas.webflow.crypto.signing.key', 'x'],
  ['cas.audit.jdbc.password', 'x'],
  ['cas.authn.pac4j.oidc[0].generic.secret', 'x'],
  ['cas.authn.mfa.duo[0].duo-secret-key', 'x'],
  ['cas.service-registry.dynamo-db.credential-secret-key', 'x'],
  ['cas.monitor.splunk.token', 'x'],
  ['spring.datasource.pwd', 'x'],
  ['cas.authn.saml-idp.metadata.http.client_secret', 'x'],
  ['cas.authn.mfa.gauth.passcode', 'x'],
  ['cas.authn.jdbc.encode[0].static-salt', 'x'],
  ['cas.authn.cognito.session-token', 'x'],
  ['cas.authn.cognito.sessionToken', 'x'],
  ['cas.sms-provider.x.refresh-token', '1d2c'],
  ['cas.google-analytics.hmac-key', 'x'],
  ['cas.geo-location.maxmind.license-key', 'x'],
  ['cas.x.keystore.pass', '1'],
  ['cas.x.token[0]', 'x'],
  ['cas.x.user-pass', 'x'],
  ['cas.x.userPass', 'x'],
  ['cas.authn.accept', 'casuser::Mellon'],
  ['cas.authn.accept.users[0]', 'casuser::Mellon'],
  ['cas.x.headers.Authorization', 'Bearer Mellon'],
  ['cas.x.headers[Authorization]', 'Basic Mellon'],
  ['cas.x.pem', '-----BEGIN PRIVATE KEY-----\nMellon'],
  ['cas.x.pem', '-----BEGIN RSA PRIVATE KEY-----\nMellon'],
  ['cas.x.pem', '-----BEGIN EC PRIVATE KEY-----\nMellon'],
  ['cas.x.pem', '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMellon'],
  [
    'cas.x.pem',
    '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nMellon',
  ],
  ['cas.x.url', 'https://example.org/x?session_token=Mellon'],
  ['cas.authn.x509.crl[0].userPin', '1'],
  ['cas.authn.x509.pin', '1'],
  ['cas.service-registry.mongo.client-uri', 'mongodb://cas:Mellon@db/cas'],
  ['cas.service-registry.mongo.client-uri', 'mongodb://cas:Mel/lon@db/cas'],
  ['cas.service-registry.mongo.client-uri', 'mongodb://cas:123/Mellon@db/cas'],
  ['cas.service-registry.mongo.client-uri', 'mongodb+srv://cas:Mel?lon@db/cas'],
  ['cas.ticket.registry.redis.uri', 'redis://:Mellon@db'],
  ['cas.x.url', 'https://cas:Mel/lon@example.org/x'],
  ['cas.x.url', 'https://example.org/x?api_key=Mellon'],
  ['cas.x.url', 'https://example.org/x?a=b&token==Mellon'],
  ['cas.authn.jdbc.query[0].url', 'jdbc:mysql://cas:Mellon@db/cas'],
  ['cas.authn.jdbc.query[0].url', 'jdbc:postgresql://db/cas?user=cas&password=Mellon'],
  ['cas.authn.jdbc.query[0].url', 'jdbc:postgresql://db/cas?sslmode=on&trustStorePassword=Mellon'],
  ['cas.authn.jdbc.query[0].url', 'jdbc:sqlserver://db:1433;user=cas; Password=Mellon'],
  ['cas.authn.jdbc.query[0].url', 'jdbc:mysql://address=(host=db)(user=cas)(password=Mellon)/cas'],
  ['cas.authn.jdbc.query[0].url', 'jdbc:h2:mem:cas;PASSWORD=Mellon'],
  ['cas.authn.jdbc.query[0].url', 'jdbc:oracle:thin:cas/Mellon@//db:1521/cas'],
])('takes no secret in %s, and does not show it', (name, value) => {
  const { config, secrets, unknown } = parse({ [name]: value, [stName]: '20' })
  expect(config?.serviceTicketSeconds).toBe(20)
  expect(unknown).toEqual([])
  expect(secrets).toEqual([{ name, reason: expect.stringMatching(/^is a secret, and would be stored/) }])
  expect(JSON.stringify(secrets)).not.toContain('Mellon')
})

it.each([
  'https://example.org/@scope/x',
  'https://example.org:8443/@scope/x',
  'https://[2001:db8::1]:8443/@scope/x',
  `https://\${host:localhost}:\${port:8443}/@scope/x`,
  'https://example.org:8443?mail=a@example.org',
  'https://example.org:8443 is of admin@example.org',
  'https://example.org/x?token-type=bearer&response_type=token&grant_type=password',
  'https://example.org/x?withCredentials=true&password=',
  'https://example.org/a:b@c',
  'ldap://ldap.example.org:389/uid=cas@example.org',
  'mongodb://cas@db:27017/cas',
  'mongodb://one:27017,two:27017/cas?appName=cas@home',
  'jdbc:mysql://db:3306/cas?user=cas@home',
  'jdbc:sqlserver://db:1433;user=cas@home;encrypt=true',
  'jdbc:oracle:thin:@//db:1521/cas',
  'mailto:cas@example.org',
  'words; password=yes',
])('takes %s for no secret', (url) => {
  expect(parse({ 'cas.custom.properties.url': url }).secrets).toEqual([])
})

it.each(['a:', 'a', ';a', '${', '[1', ',,', 'jdbc:', '@:', '=;', ' '])(
  'comes to an end with a long value of %s',
  (part) => {
    const long = part.repeat(16_384 / part.length)
    for (const begin of ['', 'a:', 'http://', 'jdbc:oracle:thin:', 'mongodb://a:']) {
      const { secrets, unknown } = parse({ 'cas.x.url': `${begin}${long}` })
      expect([...secrets, ...unknown]).toHaveLength(1)
    }
  },
)

it.each([
  'cas.authn.password-policy.enabled',
  'cas.x.pinned',
  'cas.x.spin',
  'cas.x.spinner',
  'cas.x.pin-length',
  'cas.ticket.st.key-length',
  'cas.monkey',
  'cas.authn.mfa.token.size',
])('takes %s for no secret', (name) => {
  expect(parse({ [name]: '1' }).secrets).toEqual([])
})

it.each([
  ['cas.ticket.registry.in-memory.create-session-token', 'true'],
  ['cas.authn.x.refresh-token', '600'],
  ['cas.authn.x.refresh-token', '-1'],
  ['cas.authn.x.refresh-token', 'PT8H'],
  ['cas.authn.x.refresh-token', '30s'],
  ['cas.authn.x.refresh-token-expiration', 'never'],
  ['cas.authn.x.public-key.location', 'file:/etc/cas/public.key'],
  ['cas.authn.x.public-key', '-----BEGIN PUBLIC KEY-----'],
  ['cas.x.pem', '-----BEGIN CERTIFICATE-----'],
  ['cas.google-recaptcha.site-key', 'x'],
  ['cas.service-registry.x.partition-key', 'id'],
  ['cas.authn.mfa.bypass', 'x'],
  ['cas.authn.jdbc.encode[0].salt-field-name', 'salt'],
  ['cas.authn.accept.name', 'Static'],
])('takes %s: %s for no secret', (name, value) => {
  expect(parse({ [name]: value }).secrets).toEqual([])
})

it('takes a yes or no for no secret, whatever it is called', () => {
  expect(parse({ 'cas.http-web-request.cors.allow-credentials': 'true' }).secrets).toEqual([])
  expect(parse({ 'cas.x.credentials': 'truely' }).secrets).toHaveLength(1)
})
