/** The login form (CAS 2.1.3). */
import type { ServiceDefinition } from '../../../common/documents/service-definition.ts'
import { type Html, hiddenInputs, html } from './html.ts'
import { layout } from './layout.ts'

export type LoginNotice = 'wrongCredentials' | 'incomplete' | 'formStale' | 'cookieMissing'

export interface LoginPage {
  readonly contextPath: string
  /** The login token, and what goes on with the form. */
  readonly hidden: Readonly<Record<string, string>>
  readonly service: { readonly definition: ServiceDefinition } | undefined
  readonly notice?: LoginNotice
  /** What was typed before; never a password. */
  readonly username?: string | undefined
  readonly warn?: boolean
  readonly offersRememberMe: boolean
  readonly rememberMe?: boolean
}

const notices: Readonly<Record<LoginNotice, string>> = {
  wrongCredentials: 'Username or password is wrong. Please try again.',
  incomplete: 'Please fill in username and password.',
  formStale: 'This form was open for too long or was used already. Please sign in once more.',
  cookieMissing:
    'Your browser did not send this page’s cookie back. Allow cookies for this site, then sign in once more.',
}

export function loginPage(page: LoginPage): string {
  const { contextPath, service, notice, username } = page
  const body = html`${service && serviceBox(service.definition)}
${notice && html`<p class="notice" role="alert" id="notice">${notices[notice]}</p>`}
<form method="post" action="${contextPath}/login" accept-charset="utf-8">
${hiddenInputs(page.hidden)}
<label for="username">Username</label>
<input id="username" name="username" type="text" value="${username}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="256" required${focus(username === undefined)}${described(notice)}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required${focus(username !== undefined)}${described(notice)}>
${choice('warn', 'Ask me before I am signed in to other applications', page.warn)}
${page.offersRememberMe ? choice('rememberMe', 'Remember me on this device', page.rememberMe) : undefined}
<button type="submit">Sign in</button>
</form>`
  return layout({ title: 'Sign in', contextPath, body })
}

function serviceBox(definition: ServiceDefinition): Html {
  const description = definition.description
  return html`<section class="service" aria-label="Application">
<p>to continue to <strong>${definition.name}</strong></p>
${description && html`<p class="small">${description}</p>`}
${link(definition.informationUrl, 'About this application')}
${link(definition.privacyUrl, 'Privacy')}
</section>`
}

// A definition comes from another team: only an address that leads to a page becomes a link.
function link(url: string | undefined, text: string): Html | undefined {
  if (url === undefined || !/^https?:\/\//i.test(url)) return undefined
  return html`<a class="small" href="${url}" rel="noopener noreferrer" target="_blank">${text}</a>`
}

/** Unchecked unless the user has checked it before. */
const choice = (name: string, text: string, isChecked = false): Html =>
  html`<label class="choice"><input type="checkbox" name="${name}" value="true"${isChecked ? html` checked` : undefined}> ${text}</label>`

const focus = (here: boolean): Html | undefined => (here ? html` autofocus` : undefined)
const described = (notice: LoginNotice | undefined): Html | undefined =>
  notice && html` aria-describedby="notice"`
