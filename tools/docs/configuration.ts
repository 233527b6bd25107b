/** docs/configuration.md: the live properties and the settings of both processes, as their declarations say. */
import type { LiveConfig, LiveProperty } from '../../common/documents/properties.ts'
import type { SettingsTable } from '../../common/settings.ts'
import { code, generatedFrom, table } from './markdown.ts'

type LiveProperties = Readonly<Record<string, LiveProperty<LiveConfig[keyof LiveConfig]>>>

export interface ConfigurationSources {
  readonly live: LiveProperties
  readonly server: SettingsTable
  readonly operator: SettingsTable
}

/** The whole page. */
export function configurationPage({ live, server, operator }: ConfigurationSources): string {
  return [
    generatedFrom('common/documents/properties.ts, server/settings.ts and operator/settings.ts'),
    '# Configuration',
    intro,
    '## Live properties',
    liveTable(live),
    precedence,
    "## A server's settings",
    serverIntro,
    settingsTable(server),
    "## The operator's settings",
    operatorIntro,
    settingsTable(operator),
    '',
  ].join('\n\n')
}

function liveTable(live: LiveProperties): string {
  const rows = Object.values(live).map(({ name, type, fallback, doc, parse, override }) => {
    const own = override === undefined ? '–' : code(override)
    return [code(name), type, code(String(fallback)), takes(parse), doc, own]
  })
  return table(['property', 'type', 'default', 'takes', 'meaning', 'of one service'], rows)
}

/** What a property takes, in the words of its refusal. */
function takes(parse: LiveProperty<unknown>['parse']): string {
  const answer = parse('\0')
  return 'problem' in answer ? answer.problem.replace(/^must be /, '') : 'any text'
}

function settingsTable(settings: SettingsTable): string {
  const rows = Object.values(settings).map(({ variable, fallback, doc }) => {
    return [code(variable), fallback === undefined ? 'required' : code(fallback), doc]
  })
  return table(['variable', 'default', 'meaning'], rows)
}

const intro = `A pool has two kinds of settings. *Live properties* stand in \`spec.config\` of the CasCluster; a change reaches
every server through MongoDB and takes effect without a restart. *Settings of a process* are environment variables that
the operator and its chart write; a change of one replaces pods.

\`\`\`yaml
spec:
  config:
    cas.ticket.st.time-to-kill-in-seconds: "20"
    cas.ticket.tgt.primary.max-time-to-live-in-seconds: PT10H
\`\`\``

const precedence = `Precedence: what the definition of a service says for itself (last column, in Apereo's words), else what
\`spec.config\` says, else the default above. No file and no environment variable of a server overrides a live property.
\`caspool config explain\` tells all of this, and the values that manifests (\`--manifests\`) or a live pool (\`mongodb://…\`,
\`--home\`) come to:

\`\`\`
caspool config explain cas.ticket.st --manifests crds/samples
\`\`\`

- Names may be written in any of Spring's spellings (\`time-to-kill\`, \`timeToKill\`, \`time_to_kill\`). A property that is
  set in two spellings is refused.
- Values are text in \`spec.config\`. Durations are whole seconds or an ISO 8601 duration such as \`PT30S\`.
- A revision counts as a whole. When a known property has a value that is refused, the operator writes nothing of the
  revision: the last good one stays in MongoDB and in force, also at servers that start meanwhile. The CasCluster's
  condition \`ConfigSynced\` turns False with the reason \`Refused\` and names the property and what it takes;
  \`caspool_config_refused\` of the operator is 1. Servers and services go on.
- Servers hold to the same rule, whoever writes into the collection \`MongoDbProperty\`: a revision with a refused value is
  not taken, the last good one stays, and the server says so in its log, in \`caspool_registry_refused\` and, through the
  operator, in \`ConfigSynced\`. A server that has seen no good revision since it started takes the good values of the refused
  one, and defaults for the rest.
- No property holds a secret. What looks like one by its name (\`…password\`, \`…secret\`, \`…bind-credential\`, \`…salt\`,
  \`…crypto.encryption.key\`, \`…hmac-key\`, \`…pin\`, \`…keystore.pass\`, \`…api-token\`, \`…headers.Authorization\`,
  \`cas.authn.accept\`; \`…session-token\` and others, unless the value is a number or a duration) or by its value (a private
  key in PEM, a URL with a password, behind a user or as a parameter) is refused as above, never written to MongoDB, and its
  value is never shown; \`true\` and \`false\` are no secrets. Secrets are named by reference, in fields of their own:
  \`spec.authentication.staticUsers.secretRef\`, \`spec.mongodb.external.uriSecretRef\`, \`spec.trustedCAs\`. The keys of a
  pool are made by the operator.
- A name that is not in the table changes nothing. It is reported the same way, with the nearest known name if one comes
  close, or the field that says it; the other properties of the revision take effect.
- The local pool refuses manifests with such properties.
- \`cas.ticket.st.number-of-uses\` and \`cas.ticket.pt.number-of-uses\` may be 1. Any other value is reported and treated
  as 1: a ticket is validated once.
- A property that another pool or program has written into the collection \`MongoDbProperty\` is left alone, whatever its
  value: \`ConfigSynced\` is False with the reason \`Conflict\`. That holds for every property of \`spec.config\`, and for those
  of the table that \`spec.config\` does not name: they are in force. What the operator wrote before stays written, and counts:
  of several documents of one name servers take the one whose \`_id\` is the name, as the operator writes it. What
  others change of it is put back, three times in ten minutes, and then left alone for a while with \`Conflict\` as well.
- Another pool in the same database is such a program: its properties are in force for both. Give each pool a database of its
  own.`

const serverIntro = `The operator (or the local pool) sets these; \`spec.podTemplate.env\` adds others, but cannot replace them.`

const operatorIntro = `The chart \`cas-operator\` sets these from its values (\`helm show values helm/cas-operator\`).`
