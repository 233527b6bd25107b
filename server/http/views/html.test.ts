import { expect, it } from '@jest/globals'
import { definition } from '../../cas/testing/samples.ts'
import { html } from './html.ts'
import { loginPage } from './login-page.ts'

it('escapes every text, and only text', () => {
  const evil = `<b a="1" c='2' d=\`3\`>&`
  expect(html`<p title="${evil}">${evil}</p>`.text).not.toMatch(/<b|"1"|'2'|`3`|>&</)
  expect(html`<ul>${[html`<li>${'<'}</li>`, html`<li>2</li>`]}</ul>`.text).toBe(
    '<ul><li>&#60;</li><li>2</li></ul>',
  )
  expect(html`a${undefined}b${0}`.text).toBe('ab0')
})

it('shows a definition as text, and links to web pages only', () => {
  const page = loginPage({
    contextPath: '/cas',
    hidden: { lt: 'LT-1', service: 'https://app.example.org/?a="b"' },
    offersRememberMe: false,
    service: {
      definition: {
        ...definition(),
        name: '<script>alert(1)</script>',
        informationUrl: 'javascript:alert(1)',
        privacyUrl: 'https://app.example.org/privacy',
      },
    },
  })
  expect(page).not.toContain('<script')
  expect(page).not.toContain('javascript:')
  expect(page).toContain('href="https://app.example.org/privacy"')
  expect(page).toContain('value="https://app.example.org/?a=&#34;b&#34;"')
})
