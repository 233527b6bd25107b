/** `/style.css`, `/submit.js` and `/continue.js`: what pages load, the same for everybody. */
import type { Request, Response } from 'express'
import type { HttpContext } from './context.ts'
import { secondsToTell } from './views/pages.ts'
import { stylesheet } from './views/stylesheet.ts'

/** Sends the form of the page that loads it. */
const submitScript = 'document.forms[0].submit()\n'

/**
 * Goes on to the service once every application was told or has had its time. A browser's own refresh waits for the
 * slowest of them.
 */
const continueScript = `const told = Array.from(document.images, (image) =>
  image.complete || new Promise((done) => { image.onload = image.onerror = done }))
const tooLate = new Promise((done) => setTimeout(done, ${secondsToTell * 1000}))
Promise.race([Promise.all(told), tooLate]).then(() => location.replace(document.querySelector('a.button').href))
`

export function getStylesheet(_context: HttpContext, _request: Request, response: Response): void {
  sendStatic(response, 'text/css; charset=utf-8', stylesheet)
}

export function getSubmitScript(_context: HttpContext, _request: Request, response: Response): void {
  sendStatic(response, 'text/javascript; charset=utf-8', submitScript)
}

export function getContinueScript(_context: HttpContext, _request: Request, response: Response): void {
  sendStatic(response, 'text/javascript; charset=utf-8', continueScript)
}

function sendStatic(response: Response, contentType: string, content: string): void {
  response.removeHeader('Pragma')
  response.removeHeader('Expires')
  response.set({ 'Content-Type': contentType, 'Cache-Control': 'public, max-age=600' })
  response.send(content)
}
