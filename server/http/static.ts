/** `/style.css` and `/submit.js`: what pages load, the same for everybody. */
import type { Request, Response } from 'express'
import type { HttpContext } from './context.ts'
import { stylesheet } from './views/stylesheet.ts'

/** Sends the form of the page that loads it. */
const submitScript = 'document.forms[0].submit()\n'

export function getStylesheet(_context: HttpContext, _request: Request, response: Response): void {
  sendStatic(response, 'text/css; charset=utf-8', stylesheet)
}

export function getSubmitScript(_context: HttpContext, _request: Request, response: Response): void {
  sendStatic(response, 'text/javascript; charset=utf-8', submitScript)
}

function sendStatic(response: Response, contentType: string, content: string): void {
  response.removeHeader('Pragma')
  response.removeHeader('Expires')
  response.set({ 'Content-Type': contentType, 'Cache-Control': 'public, max-age=600' })
  response.send(content)
}
