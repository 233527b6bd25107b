import { describe, expect, it } from '@jest/globals'
import { asLocation, withoutTicket, withTicket } from './redirect-url.ts'

describe('the ticket', () => {
  it.each([
    ['https://app/', 'https://app/?ticket=ST-1'],
    ['https://app/?', 'https://app/?ticket=ST-1'],
    ['https://app/?a=1', 'https://app/?a=1&ticket=ST-1'],
    ['https://app/?a=1&', 'https://app/?a=1&ticket=ST-1'],
    ['https://app/#top', 'https://app/?ticket=ST-1#top'],
    ['https://app/?a=1#top?x=2', 'https://app/?a=1&ticket=ST-1#top?x=2'],
    ['https://app/?q=a+b%20c&u=%C3%B6', 'https://app/?q=a+b%20c&u=%C3%B6&ticket=ST-1'],
  ])('is appended to the query of %s', (service, expected) => {
    expect(withTicket(service, 'ST-1')).toBe(expected)
  })

  it.each([
    ['https://app/?ticket=old', 'https://app/?ticket=ST-1'],
    ['https://app/?ticket', 'https://app/?ticket=ST-1'],
    ['https://app/?a=1&ticket=old&b=2#top', 'https://app/?a=1&b=2&ticket=ST-1#top'],
    ['https://app/?ticket=1&ticket=2&a', 'https://app/?a&ticket=ST-1'],
    ['https://app/?%74icket=old', 'https://app/?ticket=ST-1'],
    ['https://app/?Ticket=kept#ticket=kept', 'https://app/?Ticket=kept&ticket=ST-1#ticket=kept'],
  ])('replaces the one that %s has already', (service, expected) => {
    expect(withTicket(service, 'ST-1')).toBe(expected)
  })

  it('of SAML 1.1 is named SAMLart', () => {
    expect(withTicket('https://app/?SAMLart=old&ticket=1', 'ST-1', 'SAMLart')).toBe(
      'https://app/?ticket=1&SAMLart=ST-1',
    )
  })

  it('is taken out of a URL that otherwise stays as it is', () => {
    expect(withoutTicket('https://app/?a=1&ticket=old#x')).toBe('https://app/?a=1#x')
    expect(withoutTicket('https://app/?ticket=old')).toBe('https://app/')
    expect(withoutTicket('https://app/?&a=%2f#?ticket=1')).toBe('https://app/?&a=%2f#?ticket=1')
  })
})

describe('a Location header', () => {
  it('holds printable ASCII only, and leaves existing escapes alone', () => {
    expect(asLocation('https://app/sö"<>?q=a b%20c&u=[::1]#f')).toBe(
      'https://app/s%C3%B6%22%3C%3E?q=a%20b%20c&u=[::1]#f',
    )
    expect(asLocation('https://app/100%?q=%zz%20%')).toBe('https://app/100%25?q=%25zz%20%25')
    expect(asLocation('https://app/\r\nX: y')).toBe('https://app/%0D%0AX:%20y')
    expect(asLocation('https://app/\ud800')).toBe('https://app/%EF%BF%BD')
  })
})
