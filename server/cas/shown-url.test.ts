import { expect, it } from '@jest/globals'
import { shownUrl } from './shown-url.ts'

it.each([
  ['a place stays as it is', 'https://app.example.org:8443/a/b', 'https://app.example.org:8443/a/b'],
  ['a query is cut, with the ticket in it', 'https://app/?ticket=ST-1&x=2', 'https://app/'],
  ['a fragment is cut', 'https://app/#token=ST-1', 'https://app/'],
  ['a query over several lines is cut', 'https://app/?a\nticket=ST-1', 'https://app/'],
  ['user and password are cut', 'https://me:Mellon@app/x', 'https://app/x'],
  ['a user behind backslashes is cut', 'https:\\\\me:Mellon@app/x', 'https:\\\\app/x'],
  ['session ids of a path are cut', 'https://app/in;jsessionid=A1/x;b=2', 'https://app/in/x'],
  ['an @ in a path stays', 'https://app/users/@me', 'https://app/users/@me'],
  ['line ends are escaped', 'https://app/\r\nx', 'https://app/\\u{d}\\u{a}x'],
  ['what turns the direction of text is escaped', 'https://app/\u202egro', 'https://app/\\u{202e}gro'],
  ['escape sequences of terminals are escaped', 'https://app/\u001b[2J', 'https://app/\\u{1b}[2J'],
  ['other scripts stay', 'https://app/ü', 'https://app/ü'],
  ['what is no URL is shown too', 'app.example.org', 'app.example.org'],
])('%s', (_what, url, shown) => {
  expect(shownUrl(url)).toBe(shown)
})

it('is of bounded length', () => {
  expect(shownUrl(`https://app/${'x'.repeat(5_000)}`).length).toBeLessThanOrEqual(201)
})
