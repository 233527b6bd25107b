/** Which pages are generated, and from what. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { liveProperties } from '../../common/documents/properties.ts'
import { operatorSettings } from '../../operator/settings.ts'
import { serverSettings } from '../../server/settings.ts'
import { configurationPage } from './configuration.ts'
import { conformancePage } from './conformance.ts'
import { failuresPage } from './failures.ts'
import { formatsPage } from './formats.ts'
import { hostileInputPage } from './hostile-input.ts'
import { type CustomResourceDefinition, referencePage } from './reference.ts'

export interface GeneratedPage {
  /** From the root of the tree. */
  readonly path: string
  readonly text: string
}

/** All generated pages, as they have to be; reads the CRDs under `root`. */
export function generatedPages(root: string): GeneratedPage[] {
  const configuration = configurationPage({
    live: liveProperties,
    server: serverSettings,
    operator: operatorSettings,
  })
  return [
    { path: 'docs/configuration.md', text: configuration },
    { path: 'docs/conformance.md', text: conformancePage(root) },
    { path: 'docs/formats.md', text: formatsPage(root) },
    { path: 'docs/hostile-input.md', text: hostileInputPage(root) },
    { path: 'docs/refusals.md', text: failuresPage() },
    reference(root, 'cascluster'),
    reference(root, 'casservice'),
  ]
}

function reference(root: string, kind: string): GeneratedPage {
  const source = `crds/${kind}s.yaml`
  const crd = load(readFileSync(join(root, source), 'utf8')) as CustomResourceDefinition
  return { path: `docs/reference/${kind}.md`, text: referencePage(crd, source) }
}
