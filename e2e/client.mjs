// The CAS client of the scenarios. Runs inside the cluster, in a pod made from the server image, so that its requests
// take the way an application's take. Plain JavaScript without packages: it is mounted from a ConfigMap.
//
//   node client.mjs login SERVER SERVICE             one sign-in                     -> {ticket, tgc}
//   node client.mjs grant SERVER SERVICE TGC         a ticket from a session         -> {ticket} or {page}
//   node client.mjs validate SERVER SERVICE TICKET   /p3/serviceValidate as JSON     -> {user, attributes} or {code}
//   node client.mjs race SERVICE TICKET SERVER…      50 validations at once          -> {success, codes}
//   node client.mjs load SERVER SERVICE SECONDS      sign in and validate in a loop  -> one line per turn
//   node client.mjs hold SERVER SERVICE COUNT        sign in COUNT times             -> {tickets, tgcs}
//   node client.mjs overwrite URI NAME               what another writer of the registry might do: give a definition
//                                                    an access strategy that our servers do not know -> {modified}
import { createRequire } from 'node:module'

const [command, ...args] = process.argv.slice(2)
const timeoutMs = 60_000

const commands = { login, grant, validate, race, load, hold, overwrite }
if (!(command in commands)) {
  console.error(`unknown command ${command}; known: ${Object.keys(commands).join(', ')}`)
  process.exit(2)
}
await commands[command](...args)

function print(value) {
  console.log(JSON.stringify(value))
}

async function login(server, service) {
  print(await signIn(server, service))
}

async function grant(server, service, tgc) {
  const answer = await fetch(`${server}/login?service=${encodeURIComponent(service)}`, {
    headers: { cookie: `TGC=${tgc}` },
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  })
  const location = answer.headers.get('location')
  if (location === null) return print({ status: answer.status, page: titleOf(await answer.text()) })
  print({ ticket: new URL(location).searchParams.get('ticket') })
}

async function validate(server, service, ticket) {
  print(await validation(server, service, ticket))
}

async function race(service, ticket, ...servers) {
  const attempts = Array.from({ length: 50 }, (_, i) =>
    validation(servers[i % servers.length], service, ticket),
  )
  const answers = await Promise.all(attempts)
  const codes = {}
  for (const { code, status } of answers.filter((a) => a.user === undefined)) {
    codes[code ?? status] = (codes[code ?? status] ?? 0) + 1
  }
  print({ success: answers.filter((a) => a.user !== undefined).length, codes })
}

async function load(server, service, seconds) {
  const end = Date.now() + Number(seconds) * 1000
  while (Date.now() < end) {
    const start = Date.now()
    try {
      const { ticket } = await signIn(server, service)
      const { user, code, status } = await validation(server, service, ticket)
      print({
        at: start,
        ms: Date.now() - start,
        user,
        ...(user === undefined ? { error: code ?? `status ${status}` } : {}),
      })
    } catch (error) {
      print({ at: start, ms: Date.now() - start, error: String(error.cause?.code ?? error.message) })
    }
  }
}

async function hold(server, service, count) {
  const signed = await Promise.all(Array.from({ length: Number(count) }, () => signIn(server, service)))
  print({ tickets: signed.map((s) => s.ticket), tgcs: signed.map((s) => s.tgc) })
}

async function overwrite(uri, name) {
  const { MongoClient } = createRequire(`${process.cwd()}/`)('mongodb')
  const mongo = await MongoClient.connect(uri)
  const strategy = {
    _class: 'org.apereo.cas.services.GroovyRegisteredServiceAccessStrategy',
    groovyScript: 'file:/a',
  }
  const services = mongo.db('cas').collection('cas-service-registry')
  const { modifiedCount } = await services.updateOne({ name }, { $set: { accessStrategy: strategy } })
  await mongo.close()
  print({ modified: modifiedCount })
}

async function signIn(server, service) {
  const url = `${server}/login?service=${encodeURIComponent(service)}`
  const page = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) })
  const text = await page.text()
  const lt = /name="lt" value="([^"]+)"/.exec(text)?.[1]
  if (lt === undefined) throw new Error(`login page: status ${page.status}, ${titleOf(text)}`)
  const answer = await fetch(`${server}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: cookiesOf(page), 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ username: 'casuser', password: 'Mellon', lt, service }),
    signal: AbortSignal.timeout(timeoutMs),
  })
  const location = answer.headers.get('location')
  if (location === null) throw new Error(`sign-in: status ${answer.status}, ${titleOf(await answer.text())}`)
  const tgc = /(?:^|; )TGC=([^;]+)/.exec(cookiesOf(answer))?.[1]
  return { ticket: new URL(location).searchParams.get('ticket'), tgc }
}

async function validation(server, service, ticket) {
  const query = new URLSearchParams({ service, ticket, format: 'JSON' })
  const answer = await fetch(`${server}/p3/serviceValidate?${query}`, {
    signal: AbortSignal.timeout(timeoutMs),
  })
  if (!answer.ok) return { status: answer.status }
  const { authenticationSuccess, authenticationFailure } = (await answer.json()).serviceResponse
  return (
    authenticationSuccess ?? {
      code: authenticationFailure.code,
      description: authenticationFailure.description,
    }
  )
}

function cookiesOf(answer) {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

function titleOf(html) {
  return /<title>([^<]*)<\/title>/.exec(html)?.[1] ?? html.slice(0, 200)
}
