// The controller manager's host-path provisioner makes directories that only root can write, and the kubelet's fsGroup
// does not reach volumes of that kind. This opens each new directory, so that pods of any user can use their volumes.
//   node volume-modes.ts DIRECTORY
import { chmodSync, mkdirSync, readdirSync, watch } from 'node:fs'
import { join } from 'node:path'

const directory = process.argv[2] ?? ''
mkdirSync(directory, { recursive: true })
chmodSync(directory, 0o755)
watch(directory, openAll)
openAll()

function openAll(): void {
  for (const name of readdirSync(directory)) {
    try {
      chmodSync(join(directory, name), 0o777)
    } catch (error) {
      // A volume may be deleted between the two calls.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}
