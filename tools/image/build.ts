// Builds the images of the project as OCI archives, without Docker: build/server.oci.tar and build/operator.oci.tar.
//   node tools/image/build.ts [server] [operator]       default: both
// Node.js and its libraries come from this machine, so this works on Linux; elsewhere the Dockerfile does the same.
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { contentKey } from '../system/cache.ts'
import { run } from '../system/command.ts'
import {
  appImages,
  codeLayer,
  compile,
  type ImageName,
  imageNames,
  packagesLayer,
  project,
  projectVersion,
} from './app.ts'
import { nameServiceLibraries, programWithLibraries, systemFiles } from './binary.ts'
import { buildImage, type ImageConfig, type Layer } from './oci.ts'
import { entriesKey } from './tar.ts'

/** The full name of an image of this version of the project. */
export const imageReference = (name: ImageName): string => `docker.io/caspool/${name}:${projectVersion}`

/** Where the archive of an image lies. */
export const imageArchive = (name: ImageName): string => join(project, `build/${name}.oci.tar`)

/** Builds the given images; those whose content did not change stay as they are. */
export async function buildImages(names: readonly ImageName[]): Promise<void> {
  if (process.platform !== 'linux') return buildWithDocker(names)
  await compile()
  const base = await baseLayer()
  for (const name of names) {
    const layers = [base, packagesLayer(name), await codeLayer(name)]
    const built = await buildImage(imageArchive(name), imageConfig(name), layers)
    process.stdout.write(
      `${built ? 'built' : 'up to date'}: build/${name}.oci.tar (${imageReference(name)})\n`,
    )
  }
}

/** Elsewhere than on Linux the Dockerfile makes the same images. `docker save` writes OCI archives from version 25 on. */
async function buildWithDocker(names: readonly ImageName[]): Promise<void> {
  await mkdir(join(project, 'build'), { recursive: true })
  for (const name of names) {
    const reference = imageReference(name)
    await run('docker', ['build', '--target', name, '--tag', reference, project], { show: true })
    await run('docker', ['save', '--output', imageArchive(name), reference], { show: true })
  }
}

function imageConfig(name: ImageName): ImageConfig {
  return {
    name: imageReference(name),
    entrypoint: ['node', appImages[name].main],
    user: '1000:1000',
    env: ['NODE_ENV=production', 'HOME=/tmp'],
    workingDirectory: '/app',
  }
}

async function baseLayer(): Promise<Layer> {
  const packaged = join(project, `node_modules/node-linux-${process.arch}/bin/node`)
  const node = await programWithLibraries(
    existsSync(packaged) ? packaged : process.execPath,
    'usr/local/bin/node',
  )
  const entries = [
    ...node,
    ...nameServiceLibraries(node),
    ...systemFiles({ name: 'node', id: 1000, home: '/app' }),
    // Node.js has these built in; other programs and SSL_CERT_FILE want a file.
    {
      kind: 'text' as const,
      path: 'etc/ssl/certs/ca-certificates.crt',
      mode: 0o644,
      text: `${rootCertificates.join('\n')}\n`,
    },
  ]
  return { key: contentKey(['base 1', entriesKey(entries)]), entries: () => entries }
}

async function main(args: readonly string[]): Promise<void> {
  const unknown = args.filter((arg) => !imageNames.some((name) => name === arg))
  if (unknown.length > 0)
    throw new TypeError(`unknown image ${unknown.join(', ')}; there are ${imageNames.join(', ')}`)
  const wanted = imageNames.filter((name) => args.length === 0 || args.includes(name))
  await buildImages(wanted)
}

if (import.meta.main) {
  main(process.argv.slice(2)).catch((error: Error) => {
    process.stderr.write(`image: ${error.message}\n`)
    process.exitCode = 1
  })
}
