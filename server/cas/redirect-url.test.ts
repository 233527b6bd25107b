import { describe, expect, it } from '@jest/globals'
import { asLocation, withTicket } from './redirect-url.ts'

describe('the ticket', () => {
  it.each([
    ['https://app/', 'https://app/?ticket=ST-1'],
    ['https://app/?', 'https://app/?ticket=ST-1'],
    ['https://app/?a=1', 'https://app/?a=1&ticket=ST-1'],
    ['https://app/?a=1&', 'https://app/?a=1&ticket=ST-1'],
    ['https://app/#top', 'https://app/?ticket=ST-1#top'],
    ['https://app/?a=1#top?x=2', 'https://app/?a=1&ticket=ST-1#top?x=2'],
    ['https://app/?ticket=old', 'https://app/?ticket=old&ticket=ST-1'],
  ])('is appended to the query of %s', (service, expected) => {
    expect(withTicket(service, 'ST-1')).toBe(expected)
  })
})

describe('a Location header', () => {
  it('holds printable ASCII only, and leaves existing escapes alone', () => {
    expect(asLocation('https://app/sö"<>?q=a b%20c&u=[::1]#f')).toBe(
      'https://app/s%C3%B6%22%3C%3E?q=a%20b%20c&u=[::1]#f',
    )
    expect(asLocation('https://app/\r\nX: y')).toBe('https://app/%0D%0AX:%20y')
    expect(asLocation('https://app/\ud800')).toBe('https://app/%EF%BF%BD')
  })
})
