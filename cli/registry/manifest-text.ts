/** CasServices as text: the same object always gives the same bytes. Pure. */
import { dump } from 'js-yaml'
import type { CasService } from '../../operator/api/cas-service.ts'

export function manifestText(service: CasService): string {
  return dump(service, { lineWidth: 120, noRefs: true })
}

/** Several in one file. */
export function manifestsText(services: readonly CasService[]): string {
  return services.map(manifestText).join('---\n')
}
