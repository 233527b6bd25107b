/** The frame of every page. */
import { type Html, html } from './html.ts'

export interface Page {
  readonly title: string
  /** Path of the CAS endpoints, e.g. `/cas`. */
  readonly contextPath: string
  readonly body: Html
}

/** A complete document. Pages carry no script at all. */
export function layout({ title, contextPath, body }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="stylesheet" href="${contextPath}/style.css">
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
