/** HTML by escaped template literals: what is interpolated is text, unless it was made by `html` itself. */

export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type HtmlValue = string | number | Html | undefined | readonly Html[]

/** Markup with every interpolated text escaped; undefined leaves nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(strings.reduce((done, part, index) => done + htmlText(values[index - 1]) + part))
}

function htmlText(value: HtmlValue): string {
  if (value === undefined) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'object') return value.map((item) => item.text).join('')
  return String(value).replace(/[&<>"'`]/g, (c) => `&#${c.charCodeAt(0)};`)
}

/** Hidden form fields by their names. */
export const hiddenInputs = (fields: Readonly<Record<string, string>>): Html[] =>
  Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)
