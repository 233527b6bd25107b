/**
 * What the services of a pool ask for, remembered from pass to pass: a service is validated, encoded and hashed once
 * for each spec, however often it is looked at.
 */
import { setImmediate as otherWork } from 'node:timers/promises'
import type { CasService, CasServiceSpec } from '../api/cas-service.ts'
import { type DefinitionOf, definitionOf } from './definition.ts'
import type { DesiredService, ServiceKey } from './registry.ts'

export interface PreparedService {
  readonly key: ServiceKey
  readonly uid: string
  readonly generation: number
  readonly definition: DefinitionOf
  /** Absent where the service is refused. */
  readonly desired: DesiredService | undefined
}

/** So many are made before others have their turn: ten thousand take a second. */
const madeInARow = 100

export class PreparedServices {
  readonly #bySpec = new WeakMap<CasServiceSpec, PreparedService>()
  /** Nearly all services are the objects that they were: not even their names are compared. */
  readonly #byObject = new WeakMap<CasService, PreparedService>()
  readonly #define: (service: CasService) => DefinitionOf

  constructor(define: (service: CasService) => DefinitionOf = definitionOf) {
    this.#define = define
  }

  /** In the order of `services`. The identity of a spec stands for its content. */
  async all(services: readonly CasService[]): Promise<readonly PreparedService[]> {
    const all: PreparedService[] = []
    let made = 0
    for (const service of services) {
      const known = this.#known(service)
      all.push(known ?? this.#make(service))
      if (known !== undefined) continue
      made += 1
      if (made % madeInARow === 0) await otherWork()
    }
    return all
  }

  #known(service: CasService): PreparedService | undefined {
    const byObject = this.#byObject.get(service)
    if (byObject !== undefined) return byObject
    const bySpec = this.#bySpec.get(service.spec)
    if (bySpec === undefined || !isAbout(bySpec, service)) return undefined
    this.#byObject.set(service, bySpec)
    return bySpec
  }

  #make(service: CasService): PreparedService {
    const prepared = prepare(service, this.#define(service))
    this.#bySpec.set(service.spec, prepared)
    this.#byObject.set(service, prepared)
    return prepared
  }
}

function isAbout({ key, uid, generation }: PreparedService, service: CasService): boolean {
  const { metadata } = service
  return (
    key === serviceKey(service) && uid === (metadata.uid ?? '') && generation === (metadata.generation ?? 0)
  )
}

function prepare(service: CasService, definition: DefinitionOf): PreparedService {
  const { name, namespace = 'default', uid = '', generation = 0 } = service.metadata
  const key = serviceKey(service)
  const about = { key, namespace, name, uid, generation }
  if (definition.kind === 'refused') return { key, uid, generation, definition, desired: undefined }
  const { document, hash } = definition
  const { id } = definition.definition
  return {
    key,
    uid,
    generation,
    definition,
    desired: { ...about, id, idText: id.toString(), document, hash },
  }
}

/** `namespace/name` of a CasService. */
export function serviceKey({ metadata }: CasService): ServiceKey {
  return `${metadata.namespace ?? 'default'}/${metadata.name}`
}
