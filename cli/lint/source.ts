/** What lint looks at: definitions out of files, manifests or a database, each with its place. */
import type { TextProblem } from '../../common/apereo/definition-text.ts'
import type {
  DefinitionProblem,
  ServiceClaim,
  ServiceDefinition,
  StoredDocument,
} from '../../common/documents/service-definition.ts'
import type { ServicesSpec } from '../../operator/api/cas-cluster.ts'
import type { CasService } from '../../operator/api/cas-service.ts'
import type { Problem } from '../../operator/api/problem.ts'

export type Source = DefinitionSource | UnreadableSource

/** A file, or a part of it, that holds no definition. Its problems have lines. */
export interface UnreadableSource {
  readonly kind: 'unreadable'
  readonly file: string
  readonly problems: readonly TextProblem[]
}

/** A Kubernetes object that is no CasService, where there may be some. */
export interface OtherObject {
  readonly kind: 'other'
  readonly file: string
  readonly line: number
  /** Kind and name: `Secret users`. */
  readonly what: string
  readonly cluster?: ClusterSource
}

/** A CasCluster, which holds properties. */
export interface ClusterSource {
  readonly file: string
  readonly name: string | undefined
  /** Undefined where neither the object nor what is around it says. */
  readonly namespace: string | undefined
  /** Which namespaces it takes services from; what cannot be read counts as unset. */
  readonly services: ServicesSpec
  /** Why it is refused, or its properties are. */
  readonly problems: readonly Problem[]
  /** Properties that change nothing, and why. */
  readonly unknown: readonly Problem[]
  /** 1-based line of a path, or of the nearest node above it. */
  lineOf(path: string): number
}

/** What it is called where it is spoken of: without a name, by its file. */
export const calledName = ({ claim, file }: DefinitionSource): string =>
  claim === undefined || claim.name === '' ? file.replace(/^.*[/\\]/, '') : claim.name

export interface DefinitionSource {
  readonly kind: 'definition'
  /** As it was given: a path, or a name for what is no file. */
  readonly file: string
  readonly origin: 'apereo' | 'manifest' | 'database'
  /** Of a manifest: what the operator writes. Undefined: the manifest is refused. */
  readonly document: StoredDocument | undefined
  /** The manifest itself, where it is one. */
  readonly manifest?: CasService
  /** Undefined when there are problems. */
  readonly definition: ServiceDefinition | undefined
  /** The URLs that it claims, also when it is refused. */
  readonly claim: ServiceClaim | undefined
  /** Why it is refused. Paths are those of the source. */
  readonly problems: readonly DefinitionProblem[]
  /** What is not honoured and restricts nothing. Paths are those of the source. */
  readonly notes: readonly DefinitionProblem[]
  /** The source's own path for a path of the stored document: `serviceId` -> `spec.serviceId`. */
  pathOf(documentPath: string): string
  /** 1-based line of one of the source's own paths, or of the nearest node above it. */
  lineOf(path: string): number
}
