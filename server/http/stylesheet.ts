/** `/style.css`. */
import type { Request, Response } from 'express'
import type { HttpContext } from './context.ts'
import { stylesheet } from './views/stylesheet.ts'

export function getStylesheet(_context: HttpContext, _request: Request, response: Response): void {
  response.removeHeader('Pragma')
  response.removeHeader('Expires')
  response.set({ 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'public, max-age=600' })
  response.send(stylesheet)
}
