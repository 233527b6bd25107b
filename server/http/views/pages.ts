/** The pages beside the login form: each says what happened and what can be done next. */
import type { ParameterProblem } from '../../cas/params.ts'
import type { WhyDenied } from '../../services/access.ts'
import { hiddenInputs, html } from './html.ts'
import { layout } from './layout.ts'

export function signedInPage(page: { readonly contextPath: string; readonly user: string }): string {
  const body = html`<p>You are signed in as <strong>${page.user}</strong>. Applications that use this sign-in will not ask for your password again.</p>
<p><a class="button" href="${page.contextPath}/logout">Sign out</a></p>`
  return layout({ title: 'Signed in', contextPath: page.contextPath, body })
}

/** What the browser is given to tell applications of a logout, before it goes on to the service. */
export const secondsToTell = 2

export function signedOutPage(page: {
  readonly contextPath: string
  /** Loaded as images that nobody sees: no script of an application runs here. */
  readonly frontChannel: readonly string[]
  readonly continueTo: string | undefined
}): string {
  const images = page.frontChannel.map((url) => html`<img src="${url}" alt="" width="1" height="1">`)
  const onward =
    page.continueTo === undefined
      ? html`<p><a class="button" href="${page.contextPath}/login">Sign in again</a></p>`
      : html`<p><a class="button" href="${page.continueTo}">Continue</a></p>`
  const body = html`<p>You are signed out. Applications that you used may keep a session of their own: close the browser to be sure.</p>
${onward}
${images}`
  const script = page.continueTo === undefined ? undefined : '/continue.js'
  return layout({ title: 'Signed out', contextPath: page.contextPath, body, ...(script && { script }) })
}

export function unregisteredPage(page: {
  readonly contextPath: string
  /** False: the application's address is not written as a URL has to be. */
  readonly isUrl: boolean
}): string {
  if (!page.isUrl) return malformedServicePage(page)
  const body = html`<p role="alert">The application that sent you here is not registered with this sign-in service, so you were not signed in to it.</p>
<p>If you came by a link, check it. If you run the application, ask the administrators to register its address.</p>`
  return layout({ title: 'Application not registered', contextPath: page.contextPath, body })
}

function malformedServicePage(page: { readonly contextPath: string }): string {
  const body = html`<p role="alert">The address of the application that sent you here cannot be understood, so it is not registered here and you were not signed in to it.</p>
<p>If you run the application: <code>service</code> has to be a complete http or https address, escaped once as a parameter.</p>`
  return layout({ title: 'Application address not understood', contextPath: page.contextPath, body })
}

export function deniedPage(page: { readonly contextPath: string; readonly why: WhyDenied }): string {
  const reason =
    page.why === 'attributes'
      ? 'You are signed in, but your account may not use this application.'
      : 'The application is registered, but switched off at the moment.'
  const body = html`<p role="alert">${reason}</p>
<p>Ask the administrators if you need access.</p>`
  return layout({ title: 'Access denied', contextPath: page.contextPath, body })
}

export function confirmPage(page: {
  readonly contextPath: string
  readonly serviceUrl: string
  readonly serviceName: string
  /** The confirmation, and what goes on with the form. */
  readonly hidden: Readonly<Record<string, string>>
}): string {
  const body = html`<p>You asked to be told before you are signed in to another application:</p>
<section class="service" aria-label="Application"><p><strong>${page.serviceName}</strong></p><p class="small">${page.serviceUrl}</p></section>
<form method="post" action="${page.contextPath}/login" accept-charset="utf-8">
${hiddenInputs(page.hidden)}
<button type="submit">Continue</button>
</form>
<p><a class="small" href="${page.contextPath}/login">Stay here</a></p>`
  return layout({ title: 'Continue?', contextPath: page.contextPath, body })
}

/** A form that carries the ticket to the service and sends itself; without scripts, by its button. */
export function ticketPage(page: {
  readonly contextPath: string
  readonly url: string
  readonly parameter: string
  readonly ticket: string
}): string {
  const body = html`<p>You are signed in. The application gets your sign-in by this form.</p>
<form method="post" action="${page.url}">
${hiddenInputs({ [page.parameter]: page.ticket })}
<button type="submit">Continue</button>
</form>`
  return layout({ title: 'Continue', contextPath: page.contextPath, body, script: '/submit.js' })
}

export function unavailablePage(page: { readonly contextPath: string }): string {
  const body = html`<p role="alert">Sign-in is not available for a moment. Nothing was lost: please try again in a few seconds.</p>`
  return layout({ title: 'Please try again', contextPath: page.contextPath, body })
}

const problemTexts: Readonly<Record<ParameterProblem, string>> = {
  repeated: 'is given more than once',
  tooLong: 'is too long',
  controlCharacter: 'holds characters that do not belong there',
  notUtf8: 'holds characters that are not UTF-8',
  tooMany: 'is one of too many',
}

export function badRequestPage(page: {
  readonly contextPath: string
  /** Name of the parameter, which is one of the protocol's; empty where there are too many of them. */
  readonly parameter: string
  readonly problem: ParameterProblem
}): string {
  const which = page.parameter === '' ? 'a parameter' : html`the parameter <code>${page.parameter}</code>`
  const body = html`<p role="alert">This address or form cannot be read: ${which} ${problemTexts[page.problem]}.</p>
<p><a class="button" href="${page.contextPath}/login">Go to the sign-in page</a></p>`
  return layout({ title: 'Request not understood', contextPath: page.contextPath, body })
}

export function notFoundPage(page: { readonly contextPath: string }): string {
  const body = html`<p>There is no such page here.</p>
<p><a class="button" href="${page.contextPath}/login">Go to the sign-in page</a></p>`
  return layout({ title: 'Not found', contextPath: page.contextPath, body })
}

export function errorPage(page: { readonly contextPath: string }): string {
  const body = html`<p role="alert">Something went wrong here. The administrators can see it in the logs.</p>`
  return layout({ title: 'Internal error', contextPath: page.contextPath, body })
}
