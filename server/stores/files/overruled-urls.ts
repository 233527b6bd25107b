/** URLs that a file gives up when it is overruled: pure. */
import type { StoredDocument } from '../../../common/documents/service-definition.ts'
import { shortText } from '../../../common/documents/short-text.ts'
import type { DirectoryStep } from '../../replication/directory-plan.ts'
import { readDefinitionFile } from './definition-file.ts'

/**
 * The pattern of the definition in the file, if it is not that of what takes its place: its URLs are open to whoever they
 * fit. `before`: what the file said.
 */
export function overruledUrls(step: DirectoryStep, before: StoredDocument | undefined): string | undefined {
  const lost = before?.['serviceId']
  if (typeof lost !== 'string' || lost === serviceIdAfter(step)) return undefined
  return shortText(lost)
}

function serviceIdAfter(step: DirectoryStep): unknown {
  if (step.kind === 'remove') return undefined
  const read = readDefinitionFile(step.next.file, step.text)
  return read.kind === 'definition' ? read.definition.document['serviceId'] : undefined
}
