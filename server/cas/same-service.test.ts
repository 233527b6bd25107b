import { describe, expect, it } from '@jest/globals'
import { isSameService, isSameUrl } from './same-service.ts'
import { definition, snapshot } from './testing/samples.ts'

const url = (rest: string): string => `https://app.example.org${rest}`

describe('two texts are one service', () => {
  it.each([
    ['/in;jsessionid=AB12.node1?x=1', '/in?x=1'],
    ['/in?x=1', '/in;JSESSIONID=AB12;jsessionid=CD34?x=1'],
    ['/in;jsessionid=AB12/next', '/in/next'],
    ['/?a=1&ticket=ST-old', '/?a=1'],
    ['/?SAMLart=ST-old', '/'],
    ['/#/route', '/'],
    ['/?a=1#top', '/?a=1#bottom'],
    ['', '/'],
    ['?a=1', '/?a=1'],
    ['#top', '/'],
    ['/?', '/'],
    ['/?a=1&', '/?a=1'],
    ['/?q=%2f%c3%bc', '/?q=%2F%C3%BC'],
    ['/a%2fb', '/a%2Fb'],
    ['/?q=a b', '/?q=a%20b'],
    ['/?q=a%20b', '/?q=a+b'],
    ['/a b', '/a%20b'],
    ['/ü?q=ü', '/%C3%BC?q=%C3%BC'],
    ['/%7Euser', '/~user'],
    ['/?q={a|b}^`"<>', '/?q=%7Ba%7Cb%7D%5E%60%22%3C%3E'],
    ["/a,b:c@d!$&'()*+=", '/a%2Cb%3Ac%40d%21%24%26%27%28%29%2A%2B%3D'],
    ['/?next=https://x/y?z', '/?next=https%3A%2F%2Fx%2Fy%3Fz'],
    ['/?flag', '/?flag='],
    ['/100%', '/100%25'],
    ['/?q=%ff', '/?q=%FF'],
  ])('%s and %s', (one, other) => {
    expect(isSameUrl(url(one), url(other))).toBe(true)
    expect(isSameUrl(url(other), url(one))).toBe(true)
  })

  it.each([
    ['https://app.example.org/', 'HTTPS://App.Example.ORG/'],
    ['https://app.example.org:443/', 'https://app.example.org/'],
    ['http://app.example.org:80/', 'http://app.example.org/'],
    ['imap:mail.example.org', 'imap:mail.example.org'],
  ])('%s and %s', (one, other) => {
    expect(isSameUrl(one, other)).toBe(true)
  })
})

describe('two texts are two services', () => {
  it.each([
    ['/a', '/A'],
    ['/a', '/a/'],
    ['/a/b', '/a%2Fb'],
    ['/a;b', '/a%3Bb'],
    ['/a;x=1', '/a'],
    ['/a;jsessionidx=1', '/a'],
    ['/a+b', '/a%20b'],
    ['/%2541', '/%41'],
    ['/?q=a', '/?q=A'],
    ['/?q=%2520', '/?q=%20'],
    ['/?q=%252B', '/?q=%2B'],
    ['/?q=a%2Bb', '/?q=a+b'],
    ['/?q=%ff', '/?q=%fe'],
    ['/?q=%ff', '/?q=%25FF'],
    ['/?q=%ff', '/?q=%EF%BF%BD'],
    ['/?a=1&b=2', '/?b=2&a=1'],
    ['/?a=1', '/?a=1&b=2'],
    ['/?a=1%26b=2', '/?a=1&b=2'],
    ['/?a%3D1', '/?a=1'],
    ['/?a=1;jsessionid=2', '/?a=1'],
    ['/?a=1&ticket=ST-old', '/?a=2'],
    ['/%3Fa=1', '/?a=1'],
    ['/%23a', '/#a'],
  ])('%s and %s', (one, other) => {
    expect(isSameUrl(url(one), url(other))).toBe(false)
    expect(isSameUrl(url(other), url(one))).toBe(false)
  })

  it.each([
    ['https://app.example.org/', 'http://app.example.org/'],
    ['https://app.example.org:80/', 'https://app.example.org/'],
    ['https://app.example.org:8443/', 'https://app.example.org/'],
    ['https://app.example.org/', 'https://app.example.org./'],
    ['imap:mail.example.org', 'imap:Mail.example.org'],
    ['imap:a%20b', 'imap:a b'],
  ])('%s and %s', (one, other) => {
    expect(isSameUrl(one, other)).toBe(false)
  })
})

it('another way of writing a URL does not bring it to another definition', () => {
  const narrow = { ...definition(), id: 2n, name: 'A', serviceId: '^https://app\\.example\\.org/%7Eadmin$' }
  const registry = snapshot([narrow, definition()])
  expect(isSameService(registry, url('/~admin'), url('/~admin'))).toBe(true)
  expect(isSameService(registry, url('/~admin'), url('/%7Eadmin'))).toBe(false)
  expect(isSameService(registry, url('/~user'), url('/%7Euser'))).toBe(true)
  expect(isSameService(snapshot([]), url('/~user'), url('/%7Euser'))).toBe(false)
})
