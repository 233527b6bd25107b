// Assembles OCI image archives (Image Layout 1.0.0) out of layers, without any container tool.
// `docker load`, `podman load`, `ctr images import` and `kind load image-archive` all read them.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { cacheDirectory, contentKey } from '../system/cache.ts'
import { type Archive, type Entry, writeTar } from './tar.ts'

/** What runs in a container of the image. */
export type ImageConfig = {
  /** Full name with registry and tag. */
  readonly name: string
  readonly entrypoint: readonly string[]
  readonly command?: readonly string[]
  /** Numeric, so that Kubernetes can check runAsNonRoot. */
  readonly user: string
  readonly env?: readonly string[]
  readonly workingDirectory?: string
}

/** A layer, and what its content depends on; equal keys mean equal content. */
export type Layer = {
  readonly key: string
  readonly entries: () => Promise<readonly Entry[]> | readonly Entry[]
}

const media = (kind: string) => `application/vnd.oci.image.${kind}`
const architecture = process.arch === 'x64' ? 'amd64' : process.arch

/** Writes the archive, unless the one that is there was made from the same. Answers whether it had to. */
export async function buildImage(
  file: string,
  config: ImageConfig,
  layers: readonly Layer[],
): Promise<boolean> {
  const key = contentKey([JSON.stringify(config), architecture, ...layers.map((layer) => layer.key)])
  const keyFile = `${file}.key`
  if (existsSync(file) && (await readFile(keyFile, 'utf8').catch(() => '')) === key) return false
  await mkdir(dirname(file), { recursive: true })
  await rm(keyFile, { force: true })
  const archives: Archive[] = []
  for (const layer of layers) archives.push(await buildLayer(layer))
  await writeTar(`${file}.tmp`, imageEntries(config, archives), true)
  await rename(`${file}.tmp`, file)
  await writeFile(keyFile, key)
  return true
}

/** Layers are kept by key: of an image that changed, mostly the last and smallest is new. */
async function buildLayer(layer: Layer): Promise<Archive> {
  const file = cacheDirectory('layers', `${layer.key}.tar`)
  const note = `${file}.json`
  if (existsSync(note) && existsSync(file)) return JSON.parse(await readFile(note, 'utf8')) as Archive
  await mkdir(dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}`
  const archive = { ...(await writeTar(temporary, await layer.entries())), file }
  await rename(temporary, file)
  await writeFile(note, JSON.stringify(archive))
  return archive
}

function imageEntries(image: ImageConfig, layers: readonly Archive[]): Entry[] {
  const config = JSON.stringify({
    architecture,
    os: 'linux',
    config: {
      User: image.user,
      Env: ['PATH=/usr/local/bin:/usr/bin:/bin', ...(image.env ?? [])],
      Entrypoint: image.entrypoint,
      ...(image.command === undefined ? {} : { Cmd: image.command }),
      WorkingDir: image.workingDirectory ?? '/',
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ sha256 }) => `sha256:${sha256}`) },
  })
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: media('manifest.v1+json'),
    config: descriptor('config.v1+json', config),
    layers: layers.map(({ sha256, bytes }) => ({
      mediaType: media('layer.v1.tar'),
      digest: `sha256:${sha256}`,
      size: bytes,
    })),
  })
  const annotations = {
    'io.containerd.image.name': image.name,
    'org.opencontainers.image.ref.name': image.name.slice(image.name.lastIndexOf(':') + 1),
  }
  const index = {
    schemaVersion: 2,
    manifests: [{ ...descriptor('manifest.v1+json', manifest), annotations }],
  }
  // Docker before version 25 reads this file and not the index.
  const layerPaths = layers.map(({ sha256 }) => `blobs/sha256/${sha256}`)
  const legacy = [{ Config: `blobs/sha256/${digest(config)}`, RepoTags: [image.name], Layers: layerPaths }]
  const text = (path: string, content: string): Entry => ({ kind: 'text', path, mode: 0o644, text: content })
  return [
    text('oci-layout', '{"imageLayoutVersion":"1.0.0"}'),
    text('index.json', JSON.stringify(index)),
    text('manifest.json', JSON.stringify(legacy)),
    ...[config, manifest].map((content) => text(`blobs/sha256/${digest(content)}`, content)),
    ...layers.map(
      ({ sha256, file }): Entry => ({
        kind: 'file',
        path: `blobs/sha256/${sha256}`,
        mode: 0o644,
        source: file,
      }),
    ),
  ]
}

const digest = (content: string): string => createHash('sha256').update(content).digest('hex')

const descriptor = (kind: string, content: string) => ({
  mediaType: media(kind),
  digest: `sha256:${digest(content)}`,
  size: Buffer.byteLength(content),
})
