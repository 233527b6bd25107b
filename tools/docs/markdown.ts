/** The little Markdown that generated pages are made of. */

/** A table; cells are escaped, a cell that is empty shows a dash. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(heads), line(heads.map(() => '---')), ...rows.map((row) => line(row.map(cell)))].join('\n')
}

/** Text as code; empty text stays empty. */
export function code(text: string): string {
  return text === '' ? '' : `\`${text}\``
}

/** First line of every generated page. */
export function generatedFrom(sources: string): string {
  return `<!-- Written by \`make docs\` from ${sources}. Edit those. -->`
}

function cell(text: string): string {
  const escaped = text
    .replace(/\s+/g, ' ')
    .trim()
    .replaceAll('|', '\\|')
    .replace(/<(?=[A-Za-z])/g, '&lt;')
  return escaped === '' ? '–' : escaped
}
