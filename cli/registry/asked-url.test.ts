import { expect, it } from '@jest/globals'
import { urlProblem } from './asked-url.ts'

it.each([
  [['portal.example.org', 'services'], '"portal.example.org" is no URL: write https://portal.example.org/'],
  [
    ['portal.example.org:8443', 'x'],
    '"portal.example.org:8443" is no URL: write https://portal.example.org:8443/',
  ],
  [
    ['portal.example.org/a?b', 'x'],
    '"portal.example.org/a?b" is no URL: write https://portal.example.org/a?b',
  ],
  [['localhost:8080/a', 'x'], '"localhost:8080/a" is no URL: write https://localhost:8080/a'],
  [
    ['services/', 'https://a.example.org/'],
    'the URL comes first: https://a.example.org/, and then where the services are',
  ],
  [['mongodb://u:p@h/cas', 'https://a/'], 'the URL comes first: https://a/, and then where the services are'],
  [['services.yaml', 'more/'], 'name the URL first, such as https://app.example.org/start'],
  [['./services'], 'name the URL first, such as https://app.example.org/start'],
  [[], 'name the URL first, such as https://app.example.org/start'],
])('says of %j what is missing', (args, problem) => {
  expect(urlProblem(args)).toBe(problem)
})

it.each(['https://a.example.org/', 'HTTP://a', 'imaps://mail.example.org', 'urn:example:sp'])(
  'takes %s for what was asked about',
  (url) => expect(urlProblem([url, 'services', 'https://b/'])).toBeUndefined(),
)
