/** The whole surface of the server: which path answers which method, and how a fault looks there. */
import type { Request, Response } from 'express'
import type { HttpContext } from './context.ts'
import { getLogin, postLogin } from './login.ts'
import { getLogout } from './logout.ts'
import { getProxy } from './proxy.ts'
import { deleteTicket, getTicket, isRestOffered, postTicket, postTickets, postUsers } from './rest.ts'
import { postSamlValidate } from './saml-validate.ts'
import { getContinueScript, getStylesheet, getSubmitScript } from './static.ts'
import { getProxyValidate, getServiceValidate, getValidate } from './validate.ts'

type Handler = (context: HttpContext, request: Request, response: Response) => void | Promise<void>

export interface Route {
  readonly path: string
  readonly get?: Handler
  readonly post?: Handler
  readonly delete?: Handler
  /**
   * HEAD must change nothing, and GET changes something nearly everywhere here: it spends tickets, ends sessions,
   * grants tickets. `empty`: an empty 200 for those who only look whether the page is there. Default: refused.
   */
  readonly head?: 'empty' | 'asGet'
  /** Who reads faults: people, or the code of an application. */
  readonly reader: 'person' | 'client'
  /** The body is text of any type; default: a form, and anything else is not read. */
  readonly body?: 'text'
  /** Whether the page exists at the moment; default: always. */
  readonly isOffered?: (context: HttpContext) => boolean
}

export const routes: readonly Route[] = [
  { path: '/login', get: getLogin, post: postLogin, head: 'empty', reader: 'person' },
  { path: '/logout', get: getLogout, reader: 'person' },
  { path: '/validate', get: getValidate, reader: 'client' },
  { path: '/serviceValidate', get: getServiceValidate({ attributes: false }), reader: 'client' },
  { path: '/p3/serviceValidate', get: getServiceValidate({ attributes: true }), reader: 'client' },
  { path: '/proxyValidate', get: getProxyValidate({ attributes: false }), reader: 'client' },
  { path: '/p3/proxyValidate', get: getProxyValidate({ attributes: true }), reader: 'client' },
  { path: '/proxy', get: getProxy, reader: 'client' },
  { path: '/samlValidate', post: postSamlValidate, body: 'text', reader: 'client' },
  { path: '/v1/tickets', post: postTickets, reader: 'client', isOffered: isRestOffered },
  {
    path: '/v1/tickets/:id',
    get: getTicket,
    post: postTicket,
    delete: deleteTicket,
    reader: 'client',
    isOffered: isRestOffered,
  },
  { path: '/v1/users', post: postUsers, reader: 'client', isOffered: isRestOffered },
  { path: '/style.css', get: getStylesheet, head: 'asGet', reader: 'person' },
  { path: '/submit.js', get: getSubmitScript, head: 'asGet', reader: 'person' },
  { path: '/continue.js', get: getContinueScript, head: 'asGet', reader: 'person' },
]
