/** Samples of what services say about attributes, user names and tickets: the fields beside cluster and hosts. */
import type { Fields, Refusal } from './validation-cases.ts'

const attributes = (fields: Fields) => ({ attributes: fields })
const chain = (...policies: readonly Fields[]) => attributes({ policy: 'Chain', chain: { policies } })
const rule = { pattern: '^CN=(\\w+)', transform: 'group' }

export const validReleases: readonly (readonly [string, Fields])[] = [
  [
    'attributes under several names',
    attributes({ policy: 'MultiMapped', multiMapped: { mail: ['email', 'urn:oid:0.9'] } }),
  ],
  ['rewritten attributes', attributes({ policy: 'Pattern', patterns: { 'member.of': rule } })],
  ['static attributes', attributes({ policy: 'Static', static: { org: ['Example', ''] } })],
  [
    'a chain',
    attributes({
      policy: 'Chain',
      chain: {
        merging: 'Multivalued',
        policies: [
          { policy: 'Allowed', allowed: ['mail'], valuePattern: '.+@example\\.org' },
          { policy: 'Static', static: { org: ['Example'] }, protocolAttributes: false },
          { policy: 'Denied' },
        ],
      },
    }),
  ],
  [
    'narrowed attributes',
    attributes({ policy: 'All', valuePattern: '\\w+', excludeDefaults: true, protocolAttributes: false }),
  ],
  ['an anonymous user name', { username: { anonymous: { salt: 'of the sea, 2026', attribute: 'uid' } } }],
  ['a short salt that users have their names by', { username: { anonymous: { salt: 'salt' } } }],
  ['a static user name', { username: { static: 'guest' } }],
  ['a user name in lower case', { username: { canonicalization: 'Lower' } }],
  ['an attribute in upper case as user name', { username: { attribute: 'mail', canonicalization: 'Upper' } }],
  [
    'lifetimes of every ticket',
    {
      tickets: {
        serviceTicket: { seconds: 20 },
        proxyTicket: { seconds: 40 },
        proxyGrantingTicket: { seconds: 600 },
        session: { seconds: 3600 },
      },
    },
  ],
  ['tickets in a form', { responseType: 'Post' }],
]

export const invalidReleases: readonly Refusal[] = [
  [
    'several names with policy Mapped',
    attributes({ policy: 'Mapped', mapped: { a: 'b' }, multiMapped: { a: ['b'] } }),
    'spec.attributes.multiMapped',
    'api',
  ],
  ['MultiMapped without a map', attributes({ policy: 'MultiMapped' }), 'spec.attributes.multiMapped', 'api'],
  [
    'MultiMapped without a name',
    attributes({ policy: 'MultiMapped', multiMapped: { mail: [] } }),
    'spec.attributes.multiMapped.mail',
    'api',
  ],
  ['Pattern without patterns', attributes({ policy: 'Pattern' }), 'spec.attributes.patterns', 'api'],
  [
    'a rule without transform',
    attributes({ policy: 'Pattern', patterns: { cn: { pattern: 'a' } } }),
    'spec.attributes.patterns.cn.transform',
    'api',
  ],
  [
    'a rule that is no regular expression',
    attributes({ policy: 'Pattern', patterns: { 'member.of': { ...rule, pattern: '(' } } }),
    'spec.attributes.patterns["member.of"].pattern',
    'code',
  ],
  ['Static without attributes', attributes({ policy: 'Static' }), 'spec.attributes.static', 'api'],
  [
    'an expression for a value',
    attributes({ policy: 'Static', static: { org: ['a', '#{principal}'] } }),
    'spec.attributes.static.org[1]',
    'code',
  ],
  [
    'a script for a name',
    attributes({ policy: 'Mapped', mapped: { mail: 'groovy { return 1 }' } }),
    'spec.attributes.mapped.mail',
    'code',
  ],
  [
    'a script among names',
    attributes({ policy: 'Allowed', allowed: ['cn', "groovy { return ['a': [1]] }"] }),
    'spec.attributes.allowed[1]',
    'code',
  ],
  [
    'several attributes as user name',
    { username: { attribute: 'cn,mail' } },
    'spec.username.attribute',
    'code',
  ],
  [
    'a static attribute that MongoDB does not take',
    attributes({ policy: 'Static', static: { $where: ['1'] } }),
    'spec.attributes.static["$where"]',
    'code',
  ],
  [
    'a filter that is no regular expression',
    attributes({ policy: 'All', valuePattern: '[' }),
    'spec.attributes.valuePattern',
    'code',
  ],
  [
    'a filter for nothing',
    attributes({ policy: 'Denied', valuePattern: '.' }),
    'spec.attributes.valuePattern',
    'api',
  ],
  [
    'a filter for a chain as a whole',
    { attributes: { ...chain({ policy: 'All' }).attributes, valuePattern: '.' } },
    'spec.attributes.valuePattern',
    'api',
  ],
  ['a chain of nothing', chain(), 'spec.attributes.chain.policies', 'api'],
  ['Chain without a chain', attributes({ policy: 'Chain' }), 'spec.attributes.chain', 'api'],
  ['a chain in a chain', chain({ policy: 'Chain' }), 'spec.attributes.chain.policies[0].policy', 'api'],
  [
    'names of another policy in a chain',
    chain({ policy: 'All' }, { policy: 'All', allowed: ['mail'] }),
    'spec.attributes.chain.policies[1].allowed',
    'api',
  ],
  [
    'another way of merging',
    attributes({ policy: 'Chain', chain: { merging: 'Source', policies: [{ policy: 'All' }] } }),
    'spec.attributes.chain.merging',
    'api',
  ],
  ['a user name from nowhere', { username: {} }, 'spec.username', 'api'],
  ['two user names', { username: { attribute: 'mail', static: 'guest' } }, 'spec.username', 'api'],
  ['no salt', { username: { anonymous: {} } }, 'spec.username.anonymous.salt', 'api'],
  ['an empty salt', { username: { anonymous: { salt: '' } } }, 'spec.username.anonymous.salt', 'api'],
  [
    'a blank salt',
    { username: { anonymous: { salt: ' '.repeat(9) } } },
    'spec.username.anonymous.salt',
    'code',
  ],
  ['an expression for a user name', { username: { static: '#{1}' } }, 'spec.username.static', 'code'],
  [
    'a case that is none',
    { username: { canonicalization: 'Title' } },
    'spec.username.canonicalization',
    'api',
  ],
  [
    'a ticket that is over at once',
    { tickets: { serviceTicket: { seconds: 0 } } },
    'spec.tickets.serviceTicket.seconds',
    'api',
  ],
  [
    'a proxy ticket of two days',
    { tickets: { proxyTicket: { seconds: 172_800 } } },
    'spec.tickets.proxyTicket.seconds',
    'api',
  ],
  ['a session without an end', { tickets: { session: {} } }, 'spec.tickets.session.seconds', 'api'],
  ['a response by smoke', { responseType: 'Smoke' }, 'spec.responseType', 'api'],
]
