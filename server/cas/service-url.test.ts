import { describe, expect, it } from '@jest/globals'
import { asLocation, isAcceptableServiceUrl, isSameService, withTicket } from './service-url.ts'

describe('a service URL', () => {
  it.each([
    'https://app.example.org',
    'https://app.example.org/',
    'http://localhost:3000/callback?next=%2Fa%20b#top',
    'https://[2001:db8::1]:8443/x',
    'https://app.example.org/sökväg?q=a b',
    'https://APP.example.org./',
    'imaps://mail.example.org',
    'com.example.app://signed-in',
  ])('is acceptable: %s', (url) => {
    expect(isAcceptableServiceUrl(url)).toBe(true)
  })

  it.each([
    'app.example.org',
    '//app.example.org/',
    '/\\app.example.org',
    'https:app.example.org',
    'https:/app.example.org',
    'https:///app.example.org',
    'https://app.example.org@evil.example/',
    'https://user:secret@app.example.org/',
    'https://app.example.org\\@evil.example/',
    'https://app.example.org/a\\b',
    ' https://app.example.org/',
    'https://app.example.org/\t',
    'https://app.exa\nmple.org/',
    'https://app.example.org/\u2028',
    'https://app.example.org/\ud800',
    'javascript:alert(1)//https://app.example.org/',
    'JavaScript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'https://',
    '',
  ])('is not acceptable: %j', (url) => {
    expect(isAcceptableServiceUrl(url)).toBe(false)
  })
})

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

describe('two service URLs', () => {
  it('are the same when their text is', () => {
    expect(isSameService('https://app/?a=%20', 'https://app/?a=%20')).toBe(true)
    expect(isSameService('https://app/?a=%20', 'https://app/?a=+')).toBe(false)
    expect(isSameService('https://app/', 'https://app')).toBe(false)
    expect(isSameService('https://app/', 'https://APP/')).toBe(false)
    expect(isSameService('https://app/', 'https://app/#x')).toBe(false)
  })

  it('are the same when only a servlet session id was added', () => {
    expect(isSameService('https://app/in;jsessionid=AB12.node1?x=1', 'https://app/in?x=1')).toBe(true)
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
