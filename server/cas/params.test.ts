import { describe, expect, it } from '@jest/globals'
import { type Parameters, parseParameters, queryOf } from './params.ts'

const known = ['service', 'ticket', 'renew', 'password', 'gateway', 'warn', 'rememberMe']
const parse = (query: string): Parameters => {
  const parsed = parseParameters(query, known)
  if (parsed.kind === 'refused') throw new Error(`${parsed.name} ${parsed.problem}`)
  return parsed.parameters
}

describe('parameters', () => {
  it('are decoded once, with plus as blank', () => {
    expect(parse('service=https%3A%2F%2Fapp%2F%3Fq%3Da%2Bb+c%2520d').text('service')).toBe(
      'https://app/?q=a+b c%20d',
    )
  })

  it('are case-sensitive, and absent when empty', () => {
    expect(parse('Service=x&ticket=').text('service')).toBeUndefined()
    expect(parse('ticket=').text('ticket')).toBeUndefined()
  })

  it.each([
    ['repeated', 'service=a&service=a', 'service repeated'],
    ['a switch with two values', 'gateway=true&gateway=false', 'gateway repeated'],
    ['too long', `service=${'a'.repeat(2049)}`, 'service tooLong'],
    ['holding CR LF', 'service=https://app/%0d%0aSet-Cookie:x', 'service controlCharacter'],
    ['holding a NUL', 'ticket=ST-%00', 'ticket controlCharacter'],
    ['holding a line separator', 'service=a%E2%80%A8b', 'service controlCharacter'],
    ['no UTF-8', 'service=https://app/%FF', 'service notUtf8'],
    ['UTF-8 in more octets than needed', 'service=https://app/%C0%AF', 'service notUtf8'],
    ['half of a surrogate pair', 'service=https://app/%ED%A0%80', 'service notUtf8'],
    ['a password in Latin-1', 'password=%E9', 'password notUtf8'],
    ['too many', Array.from({ length: 65 }, (_, i) => `x${i}=1`).join('&'), ' tooMany'],
  ])('are refused when %s', (_what, query, reason) => {
    expect(() => parse(query)).toThrow(reason)
  })

  it.each(['renew', 'gateway', 'warn', 'rememberMe'])(
    'that are switches may say the same twice, as phpCAS does: %s',
    (name) => {
      expect(parse(`${name}=true&${name}=true`).isSet(name)).toBe(true)
      expect(parse(`${name}=false&${name}=false`).isSet(name)).toBe(false)
    },
  )

  it('spelled like lists or objects are other names, and ignored', () => {
    const parameters = parse('service[]=a&service[$ne]=b&service[0]=c&__proto__=d')
    expect(parameters.text('service')).toBeUndefined()
    expect(parameters.text('__proto__')).toBeUndefined()
  })

  it('that nobody asked for may be repeated and may hold anything', () => {
    expect(parse('x=1&x=2&y=%00&ticket=t').text('ticket')).toBe('t')
  })

  it('keep text of any script, and a percent sign that escapes nothing', () => {
    expect(parse('service=https://app/%E2%82%AC%F0%9F%94%91').text('service')).toBe('https://app/€🔑')
    expect(parse('password=100%').text('password')).toBe('100%')
    expect(parse('password=5%+x%zz').text('password')).toBe('5% x%zz')
  })

  it('leave a password as it is', () => {
    expect(parse('password=%09tab').text('password')).toBe('\ttab')
  })

  it.each([
    ['renew=true', true],
    ['renew=', true],
    ['renew', true],
    ['renew=1', true],
    ['renew=false', false],
    ['', false],
  ])('switch: "%s" is %s', (query, expected) => {
    expect(parse(query).isSet('renew')).toBe(expected)
  })

  it('come from behind the first question mark of the request target', () => {
    expect(queryOf('/cas/login?service=a?b')).toBe('service=a?b')
    expect(queryOf('/cas/login')).toBe('')
  })
})
