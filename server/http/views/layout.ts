/** The frame of every page. */
import { type Html, html } from './html.ts'

export interface Page {
  readonly title: string
  /** Path of the CAS endpoints, e.g. `/cas`. */
  readonly contextPath: string
  readonly body: Html
  /** Path of a script below the CAS endpoints, for a page whose headers allow it. */
  readonly script?: string
}

/** A complete document, without any script inside it. */
export function layout({ title, contextPath, body, script }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="stylesheet" href="${contextPath}/style.css">
${script && html`<script src="${contextPath}${script}" defer></script>`}
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`.text
}
