import { expect, it } from '@jest/globals'
import { decodeDefinition } from '../../common/documents/definition-codec.ts'
import { matchableService, serviceIndex } from './match.ts'

const services = 'org.apereo.cas.services'

it('finds each of 5,000 services that match by their literal URL, case included', () => {
  const index = serviceIndex(
    Array.from({ length: 5_000 }, (_, i) => {
      const decoded = decodeDefinition({
        _id: BigInt(i),
        _class: `${services}.CasRegisteredService`,
        name: `app ${i}`,
        serviceId: `https://app${i}.example.org/App`,
        matchingStrategy: { _class: `${services}.LiteralRegisteredServiceMatchingStrategy` },
      })
      if (decoded.kind === 'refused') throw new Error(JSON.stringify(decoded.problems))
      const { definition } = decoded
      return matchableService(definition, { kind: 'service', definition })
    }),
  )
  expect(index.find('https://app4999.example.org/App')).toMatchObject({ definition: { id: 4999n } })
  expect(index.find('https://app4999.example.org/app').kind).toBe('unregistered')
  expect(index.find('https://app5000.example.org/App').kind).toBe('unregistered')
})
