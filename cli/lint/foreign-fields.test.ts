/** Fields of classes that are not served: what lint would propose for them would break the clients of an Apereo CAS. */
import { expect, it } from '@jest/globals'
import { lintDefinitions } from './lint.ts'
import { apereoSource } from './read-source.ts'

const services = 'org.apereo.cas.services'
const oauth = 'org.apereo.cas.support.oauth.services'
const expiration = { '@class': `${oauth}.DefaultRegisteredServiceOAuthCodeExpirationPolicy`, numberOfUses: 1 }

const findingsOf = (fields: Readonly<Record<string, unknown>>) => {
  const definition = { serviceId: '^https://app\\.example\\.org/.*', name: 'App', id: 1, ...fields }
  return lintDefinitions([apereoSource('App-1.json', JSON.stringify(definition, undefined, 1), 'json')], {
    now: 0,
  })
}

it.each([
  [
    `${services}.OidcRegisteredService`,
    {
      codeExpirationPolicy: expiration,
      tokenExchangePolicy: {
        '@class': `${oauth}.DefaultRegisteredServiceOAuthTokenExchangePolicy`,
        allowedActorTokenTypes: ['java.util.HashSet', ['urn:b']],
      },
    },
  ],
  ['org.apereo.cas.ws.idp.services.WSFederationRegisteredService', { realm: 'urn:r', tokenType: 'urn:t' }],
  ['com.example.PartnerRegisteredService', { partner: 'p', codeExpirationPolicy: expiration }],
])('says of %s that it is not served, and nothing of its fields', (name, fields) => {
  const findings = findingsOf({ '@class': name, ...fields })
  expect(findings).toMatchObject([{ rule: 'unknown-class', path: '@class' }])
  expect(findings[0]).not.toHaveProperty('fix')
})

it('says nothing of what stands below a policy that is not known', () => {
  const findings = findingsOf({
    '@class': `${services}.CasRegisteredService`,
    accessStrategy: {
      '@class': 'com.example.RiskAccessStrategy',
      inner: { '@class': `${services}.DefaultRegisteredServiceAccessStrategy`, enabld: false },
    },
  })
  expect(findings).toMatchObject([{ rule: 'unknown-class', path: 'accessStrategy.@class' }])
})
